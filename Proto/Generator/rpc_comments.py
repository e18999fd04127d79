# SPDX-License-Identifier: Apache-2.0
"""The structured comment above every rpc: id, callers, idempotent, deadline, failures, tokens, hedge_after.

It is part of the contract, so it is read strictly: a line that looks like one of these and is misspelled is an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SERVICES = ["gateway", "auth", "orchestrator", "model-worker", "retriever", "billing", "moderation"]
CALLERS = SERVICES + [name + "-admin" for name in SERVICES]
KEYS = ("id", "callers", "idempotent", "deadline", "hedge_after", "tokens", "failures")
REQUIRED = ("id", "callers", "idempotent", "deadline", "failures")


@dataclass
class Call:
    name: str
    full_name: str  # auth.VerifyKey, as logs and metrics spell it
    id: int
    kind: str  # unary, serverStreaming or bidirectional
    request: str
    response: str
    is_idempotent: bool
    deadline_ms: int | None
    deadline_text: str
    hedge_after_ms: int | None
    callers: list[str]
    carries_tokens: bool
    failures: str
    doc: list[str]
    place: str = ""


def read_call(method, comment: list[str], folder: str, place: str, error: type[Exception]) -> Call:
    doc, values = split(comment, place, error)
    for key in REQUIRED:
        if key not in values:
            raise error(f"{place}: {method.name} lacks the line `{key}: …` in its comment")
    if method.client_streaming and not method.server_streaming:
        raise error(f"{place}: {method.name} streams only its requests; answer with a stream of one")
    kind = "bidirectional" if method.client_streaming else "serverStreaming" if method.server_streaming else "unary"
    if not re.fullmatch(r"0x[0-9a-f]{4}", values["id"]) or int(values["id"], 16) == 0:
        raise error(f"{place}: id {values['id']} must be 0x and four hex digits in lower case, and not 0x0000")
    tokens = yes_or_no(values.get("tokens", "no"), "tokens", place, error)
    if tokens and kind == "unary":
        raise error(f"{place}: {method.name} is unary and cannot carry token chunks")
    is_idempotent = yes_or_no(values["idempotent"], "idempotent", place, error)
    deadline_ms = milliseconds(values["deadline"], place, error)
    hedge_after_ms = None
    if "hedge_after" in values:
        hedge_after_ms = hedge(values["hedge_after"], place, error)
        if kind != "unary" or not is_idempotent:
            raise error(f"{place}: {method.name} is made twice by `hedge_after:`; only idempotent unary calls may be")
        if deadline_ms is None or hedge_after_ms >= deadline_ms:
            raise error(f"{place}: {method.name} has no time left for a second call after {values['hedge_after']}")
    return Call(
        name=method.name,
        full_name=f"{folder}.{method.name}",
        id=int(values["id"], 16),
        kind=kind,
        request=method.input_type.rsplit(".", 1)[1],
        response=method.output_type.rsplit(".", 1)[1],
        is_idempotent=is_idempotent,
        deadline_ms=deadline_ms,
        deadline_text=values["deadline"],
        hedge_after_ms=hedge_after_ms,
        callers=callers(values["callers"], place, error),
        carries_tokens=tokens,
        failures=values["failures"],
        doc=doc,
    )


def split(comment: list[str], place: str, error: type[Exception]) -> tuple[list[str], dict[str, str]]:
    """Parts the prose from the `key: value` lines; the latter come last."""
    doc: list[str] = []
    values: dict[str, str] = {}
    for line in comment:
        match = re.fullmatch(r"([a-z_]+):\s*(.*?)\s*", line)
        if match is None:
            if values:
                raise error(f"{place}: `{line.strip()}` stands behind the structured lines; prose comes first")
            doc.append(line)
            continue
        key, value = match.groups()
        if key not in KEYS:
            raise error(f"{place}: `{key}:` is not one of {', '.join(KEYS)}")
        if key in values:
            raise error(f"{place}: `{key}:` stands there twice")
        if not value:
            raise error(f"{place}: `{key}:` is empty")
        values[key] = value
    while doc and not doc[-1].strip():
        doc.pop()
    return doc, values


def yes_or_no(value: str, key: str, place: str, error: type[Exception]) -> bool:
    if value not in ("yes", "no"):
        raise error(f"{place}: `{key}: {value}` must be yes or no")
    return value == "yes"


def milliseconds(value: str, place: str, error: type[Exception]) -> int | None:
    if value in ("none", "caller"):
        return None
    match = re.fullmatch(r"([1-9][0-9]*) (ms|s)", value)
    if match is None:
        raise error(f"{place}: `deadline: {value}` must be like `100 ms`, `2 s`, `none` or `caller`")
    return int(match.group(1)) * (1 if match.group(2) == "ms" else 1000)


def hedge(value: str, place: str, error: type[Exception]) -> int:
    match = re.fullmatch(r"([1-9][0-9]*) ms", value)
    if match is None:
        raise error(f"{place}: `hedge_after: {value}` must be like `30 ms`")
    return int(match.group(1))


def callers(value: str, place: str, error: type[Exception]) -> list[str]:
    found = [name.strip() for name in value.split(",")]
    for name in found:
        if name not in CALLERS:
            raise error(f"{place}: caller `{name}` is none of the suite's certificates ({', '.join(CALLERS)})")
    if len(set(found)) != len(found):
        raise error(f"{place}: a caller stands there twice")
    return found
