# SPDX-License-Identifier: Apache-2.0
"""Somebody adds a file and asks about it."""

from __future__ import annotations

from pathlib import Path

import openai
import pytest

from parley.waiting import wait_until
from suite import Suite

INGEST_SECONDS = 30.0
TEXT = """# The ferry

The ferry Halcyon sails from Skerrow to Brannoch every day at noon. The crossing takes fifty minutes.

Bicycles travel free of charge. Dogs need a ticket of their own.
"""


def test_a_file_is_read_cited_and_deleted(simulated: Suite, tmp_path: Path) -> None:
    client = simulated.openai()
    path = tmp_path / "ferry.md"
    path.write_text(TEXT, encoding="utf-8")
    file = client.files.create(file=path, purpose="assistants")
    wait_until(
        lambda: client.files.retrieve(file.id).status == "processed", INGEST_SECONDS, "the file is processed")
    assert file.id in {known.id for known in client.files.list()}
    answer = simulated.client().post("/chat/completions", {
        "model": simulated.model, "max_tokens": 8, "parley": {"retrieval": {}},
        "messages": [{"role": "user", "content": "When does the ferry Halcyon sail to Brannoch?"}]})
    cited = {passage["filename"] for passage in answer.body["parley"]["citations"]}
    assert "ferry.md" in cited
    client.files.delete(file.id)
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(file.id)
