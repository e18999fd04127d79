# SPDX-License-Identifier: Apache-2.0
"""Makes a development authority and one identity for every service and every admin tool. No key is ever committed."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from parley import table
from parley.commands import output
from parley.failure import Failure
from parley.progress import say

AUTHORITY_DAYS = 3_650
# Short enough that nobody relies on a forgotten key, long enough for a copy that runs for a season.
LEAF_DAYS = 90
# Renewed when less than this is left, so that a copy started today does not expire under its user's hands.
RENEW_SECONDS = 14 * 86_400
# RS256 with this length is what every verifier accepts; a longer key only makes signing slower.
SIGNING_KEY_BITS = 2_048
# The public certificate of the gateway; browsers and the openai client check these names.
EDGE = "edge"
EDGE_NAMES = "DNS:localhost,DNS:gateway,IP:127.0.0.1,IP:::1"


def make(folder: Path) -> None:
    """Makes what is missing, expired or signed by another authority; leaves the rest alone."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    renewed = [] if _is_good(folder / "ca.crt") else [make_authority(folder)]
    for name, names in _wanted().items():
        if _is_good(folder / f"{name}.crt", folder / "ca.crt") and (folder / f"{name}.key").exists():
            continue
        renewed.append(make_identity(folder, name, names))
    if renewed:
        say(f"certificates: made {len(renewed)} in {folder}")


def rotate(folder: Path) -> None:
    """A new key and certificate for everybody, signed by the authority that is there.

    Key and certificate are moved into place one after the other. A service that looks between the two finds that they do
    not belong together, and stays with the old ones until it looks again.
    """
    made = [make_identity(folder, name, names) for name, names in _wanted().items()]
    say(f"certificates: replaced {len(made)} in {folder}")


def _wanted() -> dict[str, str]:
    return {name: f"DNS:{name}" for name in table.identities()} | {EDGE: EDGE_NAMES}


def make_signing_key(folder: Path) -> None:
    """The first key that signs access tokens. Made here, because two replicas starting at once would each make one."""
    if any(folder.glob("*.pem")):
        return
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    key = folder / f"{datetime.now(UTC):%Y-%m-%d}.pem"
    output([
        "openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{SIGNING_KEY_BITS}", "-out", str(key)])
    key.chmod(0o600)


def make_identity(folder: Path, name: str, names: str) -> str:
    """One key and its certificate, signed by the authority in `folder`; answers with the name."""
    usages = {"edge": "serverAuth"}.get(name, "clientAuth" if name.endswith("-admin") else "serverAuth,clientAuth")
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        request, key, certificate = (Path(scratch) / f"{name}.{kind}" for kind in ("csr", "key", "crt"))
        output([
            "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-sha256",
            "-subj", f"/CN={name}", "-addext", f"subjectAltName={names}",
            "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "keyUsage=critical,digitalSignature",
            "-addext", f"extendedKeyUsage={usages}", "-keyout", str(key), "-out", str(request)])
        output([
            "openssl", "x509", "-req", "-in", str(request), "-CA", str(folder / "ca.crt"),
            "-CAkey", str(folder / "ca.key"), "-days", str(LEAF_DAYS), "-sha256", "-copy_extensions", "copyall",
            "-out", str(certificate)])
        key.chmod(0o600)
        shutil.move(key, folder / key.name)
        shutil.move(certificate, folder / certificate.name)
    return name


def _is_good(certificate: Path, authority: Path | None = None) -> bool:
    if not certificate.exists():
        return False
    try:
        output(["openssl", "x509", "-in", str(certificate), "-noout", "-checkend", str(RENEW_SECONDS)])
        if authority is not None:
            output(["openssl", "verify", "-CAfile", str(authority), str(certificate)])
    except Failure:
        # Expired, damaged or another authority's: whatever it is, it is made anew.
        return False
    return True


def make_authority(folder: Path) -> str:
    output([
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-sha256",
        "-days", str(AUTHORITY_DAYS), "-subj", "/CN=Parley development authority",
        "-addext", "basicConstraints=critical,CA:TRUE,pathlen:0", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
        "-keyout", str(folder / "ca.key"), "-out", str(folder / "ca.crt")])
    (folder / "ca.key").chmod(0o600)
    return "ca"
