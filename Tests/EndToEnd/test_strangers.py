# SPDX-License-Identifier: Apache-2.0
"""Somebody who should not be let in tries the internal ports."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

import calls
from parley import certificates, configuration
from protocol.frames import Kind, opening
from protocol.link import Link
from protocol.status import CallFailed, ConnectionEnded, Status
from strangers import identity
from suite import Suite

NOT_ON_THE_LIST = (Status.PERMISSION_DENIED, "caller_not_allowed")
ANSWER_SECONDS = 5.0
CALL_MS = 2_000


def is_let_in(port: int, context: ssl.SSLContext) -> bool:
    """Whether the service greets us after a greeting that is right, so that nothing but the certificate can displease.

    TLS 1.3 tells a refused client only when it reads. A service that says nothing at all is an error, not a refusal.
    """
    try:
        with door(port, context):
            return True
    except (ssl.SSLError, ConnectionError, ConnectionEnded):
        return False


def door(port: int, context: ssl.SSLContext) -> Link:
    return Link(port, context, "ignored")


def refusals(link: Link, methods: list[int]) -> list[tuple[int, str]]:
    """Calls each with an empty message, all at once; answers with their statuses, and the reasons of failures."""
    streams = range(1, len(methods) + 1)
    link.send(*(opening(stream, method, b"", CALL_MS) for stream, method in zip(streams, methods, strict=True)))
    found: dict[int, tuple[int, str]] = {}
    while len(found) < len(methods):
        frame = link.receive(ANSWER_SECONDS)
        if frame.kind == Kind.END:
            reason = CallFailed.read(frame.value, frame.payload).reason if frame.value else ""
            found[frame.stream] = frame.value, reason
    return [found[stream] for stream in streams]


def certificate(suite: Suite, name: str) -> Path:
    return suite.layout.certificates / f"{name}.crt"


def sign(suite: Suite, folder: Path, name: str) -> Path:
    """A new certificate of the copy's own authority."""
    for kind in ("crt", "key"):
        shutil.copy(suite.layout.certificates / f"ca.{kind}", folder / f"ca.{kind}")
    certificates.make_identity(folder, name, f"DNS:{name}")
    return folder / f"{name}.crt"


def test_the_suite_s_own_certificate_is_let_in(simulated: Suite) -> None:
    """Without this the refusals below would prove nothing."""
    for instance in simulated.instances():
        own = identity(certificate(simulated, f"{instance.service.name}-admin"))
        assert is_let_in(instance.port, own), instance.name


def test_no_certificate_is_refused_on_every_port(simulated: Suite) -> None:
    for instance in simulated.instances():
        assert not is_let_in(instance.port, identity()), instance.name


def test_a_certificate_of_another_authority_is_refused(simulated: Suite, tmp_path: Path) -> None:
    certificates.make(tmp_path)
    for instance in simulated.instances():
        assert not is_let_in(instance.port, identity(tmp_path / "gateway.crt")), instance.name


def test_a_name_that_is_none_of_ours_is_refused(simulated: Suite, tmp_path: Path) -> None:
    context = identity(sign(simulated, tmp_path, "somebody"))
    for instance in simulated.instances():
        assert not is_let_in(instance.port, context), instance.name


def test_an_expired_certificate_is_refused(
    simulated: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends in the second in which it is made."""
    monkeypatch.setattr(certificates, "LEAF_DAYS", 0)
    context = identity(sign(simulated, tmp_path, "gateway"))
    for instance in simulated.instances():
        assert not is_let_in(instance.port, context), instance.name


def test_the_web_page_s_certificate_opens_no_internal_door(simulated: Suite) -> None:
    """It carries the gateway's name, for browsers inside a cluster, and is no identity of the gateway."""
    context = identity(certificate(simulated, certificates.EDGE))
    for instance in simulated.instances():
        assert not is_let_in(instance.port, context), instance.name


def test_a_caller_who_is_not_on_the_list_is_refused_by_every_call(simulated: Suite) -> None:
    """Every name of the suite tries every call of every process that is not for it."""
    contexts = {caller: identity(certificate(simulated, caller)) for caller in calls.CALLERS}
    for instance in simulated.instances():
        served = calls.of_service(instance.service.name)
        assert served, instance.name
        for caller, context in contexts.items():
            forbidden = [call.id for call in served if caller not in call.callers]
            with door(instance.port, context) as link:
                assert set(refusals(link, forbidden)) <= {NOT_ON_THE_LIST}, (instance.name, caller)


def test_a_caller_on_the_list_is_listened_to(simulated: Suite) -> None:
    """What comes back is about the empty message, not about the caller."""
    for instance in simulated.instances():
        for call in calls.of_service(instance.service.name):
            # The empty message of an admin tool would do what it says: drain a worker.
            if call.kind != "unary" or call.callers[0].endswith("-admin"):
                continue
            with door(instance.port, identity(certificate(simulated, call.callers[0]))) as link:
                assert NOT_ON_THE_LIST not in refusals(link, [call.id]), (instance.name, call.full_name)


def test_an_admin_tool_says_that_it_is_not_on_the_list(simulated: Suite) -> None:
    settings = configuration.path(simulated.layout, "billing-admin")
    shown = certificate(simulated, "moderation-admin")
    done = subprocess.run([
        str(simulated.layout.products / "billing-admin"), "plans", "--config", str(settings),
        "--certificate", str(shown), "--key", str(shown.with_suffix(".key"))],
        capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode != 0
    assert "permission" in (done.stderr + done.stdout).lower()
