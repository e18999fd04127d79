# SPDX-License-Identifier: Apache-2.0
"""The demo organisation, its file and the first question: proof that all seven services work together."""

from __future__ import annotations

import contextlib
import json
import secrets
from pathlib import Path
from typing import Any

from parley import configuration, environment, models, passwords, table, traces
from parley.client import Answer, Client
from parley.commands import output
from parley.failure import Failure
from parley.layout import Layout, write_private
from parley.progress import plain, say, step
from parley.state import State
from parley.waiting import wait_until

ORGANISATION = "demo"
PLAN = "enterprise"
# The status code's word in the admin tool's error.
ALREADY_EXISTS = "already_exists"
QUESTION = "Who built the lighthouse at Skerrow Point, and in which year?"
MOST_TOKENS = 64
# A page of text is cut, embedded and indexed in well under a second; a loaded machine gets more.
INGEST_SECONDS = 60.0
# Spans are flushed by a background loop of each process.
TRACE_SECONDS = 15.0
# A gateway keeps a verified key for five seconds; a question asked right after another does not reach `auth`.
QUESTIONS_ASKED = 3


def load(layout: Layout) -> dict[str, Any]:
    keys: dict[str, Any] = json.loads(layout.demo.read_text(encoding="utf-8"))
    return keys


def bootstrap(layout: Layout) -> None:
    """Makes the organisation, its project and its two keys, once. The keys are shown once and kept here."""
    if layout.demo.exists():
        return
    try:
        answer = _organisation(layout, ORGANISATION)
    except Failure as failure:
        # An earlier run was interrupted between making the organisation and writing down its keys, which nobody can be
        # shown again: it keeps its name, and this copy's demo gets another.
        if ALREADY_EXISTS not in failure.sentence:
            raise
        answer = _organisation(layout, f"{ORGANISATION}-{secrets.token_hex(2)}")
    for name in ("key", "admin_key"):
        if not str(answer.get(name, "")).startswith("sk-"):
            raise Failure(f"auth-admin bootstrap did not answer with `{name}`")
    write_private(layout.demo, json.dumps(answer, indent=2) + "\n")


def _organisation(layout: Layout, name: str) -> dict[str, Any]:
    said = output([
        str(layout.products / "auth-admin"), "bootstrap", "--organisation", name, "--plan", PLAN,
        "--password-file", str(passwords.file(layout, "demo", "owner")), "--apply", "--json",
        "--config", str(configuration.path(layout, "auth-admin"))], cwd=layout.repository)
    made: dict[str, Any] = json.loads(said)
    return made


def first_question(layout: Layout, state: State) -> None:
    """Ingests the demo file, asks about it, shows the answer, and checks that all seven took part."""
    ingest(layout, state)
    for asked in range(QUESTIONS_ASKED):
        trace = secrets.token_hex(16)
        with step("chat: ask about the demo file"):
            answer = ask(layout, state, trace)
        if asked == 0:
            show(answer)
        missing = absentees(layout, trace)
        if not missing:
            say(f"trace {trace}: a server span in each of the seven services")
            return
        say(f"trace {trace}: no server span of {', '.join(sorted(missing))}; asking again")
    raise Failure(
        f"these services took no part in the chat: {', '.join(sorted(missing))}",
        advice="`make logs` and the files in .run/traces show where the turn went")


def ingest(layout: Layout, state: State) -> None:
    """Uploads the demo file through the public API with the administrator's key, unless it is there."""
    keys = load(layout)
    client = _client(layout, state, keys["admin_key"])
    file = layout.deploy / "Demo" / "lighthouse.md"
    known = keys.get("file_id")
    if known and any(found["id"] == known for found in client.get("/files").body.get("data", [])):
        return
    with step(f"files: ingest {file.name}"):
        identifier = client.upload("/files", file, {"purpose": "assistants"}).body["id"]
        _wait_processed(layout, client, identifier)
    write_private(layout.demo, json.dumps({**keys, "file_id": identifier}, indent=2) + "\n")


def ask(layout: Layout, state: State, trace: str) -> Answer:
    client = _client(layout, state, load(layout)["key"])
    body = {
        "model": models.CHAT_MODEL, "max_tokens": MOST_TOKENS, "temperature": 0, "parley": {"retrieval": {}},
        "messages": [{"role": "user", "content": QUESTION}],
    }
    return client.post("/chat/completions", body, {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-01"})


def show(answer: Answer) -> None:
    message = answer.body["choices"][0]["message"]
    sources = citations(answer.body)
    plain(f"    question: {QUESTION}")
    plain(f"    answer:   {' '.join(message['content'].split())}")
    plain(f"    sources:  {', '.join(sources)}")
    if not sources:
        raise Failure("the answer cites no file", advice="`make logs SERVICE=retriever` shows the search")


def citations(body: dict[str, Any]) -> list[str]:
    """File names of the passages that the answer rests on, each once; Parley's extension of the answer lists them."""
    found = [passage.get("filename", "") for passage in body.get("parley", {}).get("citations", [])]
    return list(dict.fromkeys(found))


def absentees(layout: Layout, trace: str) -> set[str]:
    """Services without a server span of this trace, after their recorders had time to write."""
    wanted = {service.name for service in table.services()}
    # Whoever is still missing at the end is the answer.
    with contextlib.suppress(Failure):
        wait_until(lambda: traces.services_in(layout, trace) >= wanted, TRACE_SECONDS, "every service wrote its span")
    return wanted - traces.services_in(layout, trace)


def _client(layout: Layout, state: State, key: str) -> Client:
    gateway = environment.gateway_instances(state)[0]
    return Client(environment.base_url(gateway), key, Path(layout.certificates / "ca.crt"))


def _wait_processed(layout: Layout, client: Client, identifier: str) -> None:
    def is_processed() -> bool:
        found = client.get(f"/files/{identifier}").body
        if found.get("status") in ("error", "failed"):
            raise Failure(
                f"the demo file could not be ingested: {found.get('status_details')}",
                log=layout.logs / "retriever-1.log")
        return found.get("status") == "processed"

    wait_until(is_processed, INGEST_SECONDS, "the demo file is processed", log=layout.logs / "retriever-1.log")
