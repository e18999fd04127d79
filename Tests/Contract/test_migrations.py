# SPDX-License-Identifier: Apache-2.0
"""A migration that was released stays as it is: a database that has it refuses to start with another of that name."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
RECORD = Path(__file__).with_name("migrations.sha256")
RELEASED = [line.split("  ") for line in RECORD.read_text().splitlines()]


@pytest.mark.parametrize(("digest", "path"), RELEASED, ids=[path for _, path in RELEASED])
def test_a_released_migration_stays(digest: str, path: str) -> None:
    found = hashlib.sha256((REPOSITORY / path).read_bytes()).hexdigest()
    assert found == digest, f"{path} was changed; put it back as it was, and write what is new into a migration of its own"


def test_every_migration_is_on_record() -> None:
    there = {str(path.relative_to(REPOSITORY)) for path in REPOSITORY.glob("Services/*/Migrations/*.sql")}
    missing = there - {path for _, path in RELEASED}
    assert not missing, f"sha256sum {' '.join(sorted(missing))} >> {RECORD.relative_to(REPOSITORY)}"
