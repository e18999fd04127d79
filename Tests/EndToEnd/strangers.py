# SPDX-License-Identifier: Apache-2.0
"""How somebody comes to an internal port who may not be who they should be."""

from __future__ import annotations

import ssl
from pathlib import Path


def identity(certificate: Path | None = None) -> ssl.SSLContext:
    """A client that shows this certificate, or none. It does not ask who answers: it tries the door, not the house."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return context
