# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from parley import certificates, table


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("certificates")
    certificates.make(made)
    return made


def text(certificate: Path) -> str:
    command = ["openssl", "x509", "-in", str(certificate), "-noout", "-text"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_every_service_and_admin_tool_has_an_identity_of_its_name(folder: Path) -> None:
    for name in table.identities():
        assert f"DNS:{name}\n" in text(folder / f"{name}.crt")


def test_keys_are_their_owners_alone(folder: Path) -> None:
    keys = list(folder.glob("*.key"))
    assert len(keys) == len(table.identities()) + 2
    assert all(key.stat().st_mode & 0o777 == 0o600 for key in keys)


def test_an_admin_certificate_cannot_serve(folder: Path) -> None:
    assert "TLS Web Server Authentication" not in text(folder / "auth-admin.crt")


def test_a_repeat_changes_nothing_and_a_lost_certificate_is_made_again(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    certificates.make(folder)
    assert before == {path: path.read_bytes() for path in folder.iterdir()}
    (folder / "billing.crt").unlink()
    certificates.make(folder)
    assert (folder / "billing.crt").exists()
    assert (folder / "auth.crt").read_bytes() == before[folder / "auth.crt"]


def test_a_certificate_of_another_authority_is_replaced(folder: Path, tmp_path: Path) -> None:
    certificates.make(tmp_path)
    (folder / "auth.crt").write_bytes((tmp_path / "auth.crt").read_bytes())
    certificates.make(folder)
    assert (folder / "auth.crt").read_bytes() != (tmp_path / "auth.crt").read_bytes()


def test_rotating_replaces_every_leaf_and_not_the_authority(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.glob("*.crt")}
    certificates.rotate(folder)
    after = {path.name: path.read_bytes() for path in folder.glob("*.crt")}
    assert [name for name in before if before[name] == after[name]] == ["ca.crt"]
    for name in after.keys() - {"ca.crt"}:
        command = ["openssl", "verify", "-CAfile", str(folder / "ca.crt"), str(folder / name)]
        subprocess.run(command, capture_output=True, check=True)
