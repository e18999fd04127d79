# SPDX-License-Identifier: Apache-2.0
"""What `make up` promises, with the real model."""

from __future__ import annotations

import secrets

from parley import demo
from suite import Suite


def test_the_answer_cites_the_demo_file(real: Suite) -> None:
    answer = demo.ask(real.layout, real.state, secrets.token_hex(16))
    assert demo.citations(answer.body) == ["lighthouse.md"]


def test_the_environment_file_has_what_clients_need(real: Suite) -> None:
    text = real.layout.environment.read_text(encoding="utf-8")
    for name in ("BASE_URL", "API_KEY", "ADMIN_KEY", "CA_FILE", "MODEL", "EMBED_MODEL", "WEB_URL"):
        assert f"export PARLEY_{name}='" in text
    assert real.layout.environment.stat().st_mode & 0o077 == 0


def test_every_process_is_ready(real: Suite) -> None:
    real.wait_ready()
    assert len(real.instances()) == 8


def test_the_model_speaks(real: Suite) -> None:
    answer = real.openai().chat.completions.create(
        model=real.model, temperature=0, max_tokens=16,
        messages=[{"role": "user", "content": "What is the capital of France?"}])
    assert "Paris" in answer.choices[0].message.content
