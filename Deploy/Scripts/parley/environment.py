# SPDX-License-Identifier: Apache-2.0
"""`.run/env`, to be sourced, and the lines that tell a person how to go on."""

from __future__ import annotations

from parley import demo, models, table
from parley.layout import Layout, write_private
from parley.progress import plain
from parley.state import State
from parley.table import Instance


def variables(layout: Layout, state: State) -> dict[str, str]:
    """What a client needs: where, who, whom to trust, which models."""
    keys = demo.load(layout)
    gateways = gateway_instances(state)
    found = {"PARLEY_BASE_URL": base_url(gateways[0])}
    for gateway in gateways[1:]:
        found[f"PARLEY_BASE_URL_{gateway.number}"] = base_url(gateway)
    return found | {
        "PARLEY_API_KEY": keys["key"],
        "PARLEY_ADMIN_KEY": keys["admin_key"],
        "PARLEY_CA_FILE": str(layout.certificates / "ca.crt"),
        "PARLEY_MODEL": models.CHAT_MODEL,
        "PARLEY_EMBED_MODEL": models.EMBED_MODEL,
        "PARLEY_WEB_URL": web_url(gateways[0]),
    }


def gateway_instances(state: State) -> list[Instance]:
    gateway = next(service for service in table.services() if service.name == "gateway")
    return state.instances(gateway)


def base_url(gateway: Instance) -> str:
    return f"https://127.0.0.1:{gateway.ports['https']}/v1"


def web_url(gateway: Instance) -> str:
    """The page on the plain port: loopback only, and no browser asks about our own authority there."""
    return f"http://127.0.0.1:{gateway.ports['http']}/"


def write(layout: Layout, state: State) -> None:
    lines = [f"export {name}='{value}'" for name, value in variables(layout, state).items()]
    write_private(layout.environment, "# Written by `make up`; source it.\n" + "\n".join(lines) + "\n")


def announce(layout: Layout, state: State) -> None:
    """Prints the page and two ways to ask a question that work when pasted."""
    values = variables(layout, state)
    body = f'{{"model": "{models.CHAT_MODEL}", "messages": [{{"role": "user", "content": "Say hello."}}]}}'
    plain()
    plain(f"Web page:  {values['PARLEY_WEB_URL']}")
    plain(f"Variables: . {layout.environment}")
    plain("With curl:")
    plain(
        f"  . {layout.environment} && curl --cacert $PARLEY_CA_FILE -H \"Authorization: Bearer $PARLEY_API_KEY\" "
        f"-H 'Content-Type: application/json' -d '{body}' $PARLEY_BASE_URL/chat/completions")
    plain("With Python (pip install openai):")
    plain(
        f"  . {layout.environment} && SSL_CERT_FILE=$PARLEY_CA_FILE python3 -c \"import os, openai; "
        "print(openai.OpenAI(base_url=os.environ['PARLEY_BASE_URL'], api_key=os.environ['PARLEY_API_KEY'])"
        f".chat.completions.create(model='{models.CHAT_MODEL}', "
        "messages=[{'role': 'user', 'content': 'Say hello.'}]).choices[0].message.content)\"")
