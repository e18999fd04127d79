# SPDX-License-Identifier: Apache-2.0
"""Somebody who should not be let in tries the internal ports."""

from __future__ import annotations

import socket
import ssl
import subprocess
from pathlib import Path

from parley import certificates, configuration
from suite import Suite

ANSWER_SECONDS = 5.0


def is_closed_to(port: int, context: ssl.SSLContext) -> bool:
    """Whether the other side ends the connection. TLS 1.3 tells a refused client only when it reads."""
    try:
        with socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS) as plain:
            with context.wrap_socket(plain, server_hostname="ignored") as connection:
                connection.sendall(b"\0" * 64)
                while connection.recv(4_096):
                    pass
                return True
    except (ssl.SSLError, ConnectionError):
        return True
    except TimeoutError:
        return False


def stranger(certificate: Path | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return context


def test_no_certificate_is_refused_on_every_port(simulated: Suite) -> None:
    for instance in simulated.instances():
        assert is_closed_to(instance.port, stranger()), instance.name


def test_a_certificate_of_another_authority_is_refused(simulated: Suite, tmp_path: Path) -> None:
    certificates.make(tmp_path)
    for instance in simulated.instances():
        assert is_closed_to(instance.port, stranger(certificate=tmp_path / "gateway.crt")), instance.name


def test_a_caller_who_is_not_on_the_list_is_refused(simulated: Suite) -> None:
    """Moderation's admin tool is known to everybody and allowed nothing at billing."""
    folder = simulated.layout.certificates
    settings = configuration.path(simulated.layout, "billing-admin")
    done = subprocess.run([
        str(simulated.layout.products / "billing-admin"), "plans", "--config", str(settings),
        "--certificate", str(folder / "moderation-admin.crt"), "--key", str(folder / "moderation-admin.key")],
        capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode != 0
    assert "permission" in (done.stderr + done.stdout).lower()
