# SPDX-License-Identifier: Apache-2.0
"""Keys and passwords: what they open, and how fast they close."""

from __future__ import annotations

import json
import secrets
import subprocess
import time
from pathlib import Path

import openai

from parley.waiting import wait_until
from plain_http import ask, chat
from suite import Suite

PASSWORD = "Correct-Horse-7-Battery"
# A revocation travels by one Redis message; a loaded machine gets more time than that needs.
REVOKED_SECONDS = 2.0


def organisation(suite: Suite) -> str:
    return suite.demo["organisation"]


def new_key(suite: Suite, *words: str) -> dict[str, str]:
    said = suite.admin("auth", "key", "create", "--organisation", organisation(suite), "--apply", "--json", *words)
    return json.loads(said)


def is_refused(suite: Suite, replica: int, key: str) -> bool:
    try:
        suite.openai(replica, key=key).models.list()
    except openai.AuthenticationError:
        return True
    return False


def test_a_revoked_key_is_refused_at_once_on_every_gateway(simulated: Suite) -> None:
    made = new_key(simulated, "--name", "short-lived")
    replicas = [1, 2] if "PARLEY_BASE_URL_2" in simulated.variables else [1]
    for replica in replicas:
        assert simulated.openai(replica, key=made["key"]).models.list().data
    simulated.admin(
        "auth", "key", "revoke", "--organisation", organisation(simulated), made["key_id"], "--apply")
    for replica in replicas:
        wait_until(
            lambda replica=replica: is_refused(simulated, replica, made["key"]), REVOKED_SECONDS,
            f"gateway {replica} refuses the key")


def test_a_scope_is_a_limit(simulated: Suite) -> None:
    made = new_key(simulated, "--scope", "model:list")
    assert ask(simulated, "GET", "/v1/models", key=made["key"]).status == 200
    refused = ask(simulated, "GET", "/v1/files", key=made["key"])
    assert (refused.status, refused.error["code"]) == (403, "missing_scope")


def test_somebody_signs_in_asks_and_signs_out(simulated: Suite, tmp_path: Path) -> None:
    email = f"ann-{secrets.token_hex(4)}@demo.example"
    file = tmp_path / "password"
    file.write_text(PASSWORD, encoding="utf-8")
    simulated.admin(
        "auth", "user", "create", "--organisation", organisation(simulated), "--email", email, "--password-file",
        str(file), "--apply")
    wrong = ask(simulated, "POST", "/auth/login", {"email": email, "password": "wrong"})
    assert (wrong.status, wrong.error["code"]) == (401, "invalid_credentials")
    signed_in = ask(simulated, "POST", "/auth/login", {"email": email, "password": PASSWORD})
    assert signed_in.status == 200
    assert signed_in.headers["cache-control"] == "no-store"
    token = signed_in.body["access_token"]
    assert chat(simulated, {"authorization": f"Bearer {token}"}).status == 200
    assert ask(simulated, "POST", "/auth/logout", key=token).status == 204
    assert ask(simulated, "GET", "/v1/models", key=token).error["code"] == "session_expired"


def test_a_dead_auth_closes_no_open_door(simulated: Suite) -> None:
    """Known keys go on, unknown ones are told to come back; nobody is told 401."""
    assert ask(simulated, "GET", "/v1/models").status == 200
    names = [instance.name for instance in simulated.instances("auth")]
    for name in names:
        subprocess.run(["kill", "-STOP", str(simulated.pid(name))], check=True)
    try:
        # Longer than an answer of auth may be used without asking again.
        time.sleep(6)
        assert ask(simulated, "GET", "/v1/models").status == 200
        unknown = ask(simulated, "GET", "/v1/models", key="sk-00000000-" + secrets.token_urlsafe(32))
        assert unknown.status == 503
        assert int(unknown.headers["retry-after"]) >= 1
    finally:
        for name in names:
            subprocess.run(["kill", "-CONT", str(simulated.pid(name))], check=True)
