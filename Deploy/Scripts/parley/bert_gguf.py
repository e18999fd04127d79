# SPDX-License-Identifier: Apache-2.0
"""Writes a BERT sentence-embedding model as GGUF, the format the engine loads.

Only what MiniLM needs: 32-bit floats copied byte for byte, a WordPiece vocabulary, mean pooling. The reference
converter does more and pulls five gigabytes of packages for it.
"""

from __future__ import annotations

import json
import re
import struct
from dataclasses import dataclass
from pathlib import Path

from parley.failure import Failure

# Value types of GGUF's key-value section.
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
# Tensor data starts on multiples of this, as the header declares.
ALIGNMENT = 32
GGUF_VERSION = 3
TENSOR_F32 = 0
MEAN_POOLING = 1
TOKEN_NORMAL, TOKEN_CONTROL = 1, 3

# Names of the checkpoint, and the engine's names for the same tensors.
TENSOR_NAMES = [
    (r"embeddings\.word_embeddings", "token_embd"),
    (r"embeddings\.position_embeddings", "position_embd"),
    (r"embeddings\.token_type_embeddings", "token_types"),
    (r"embeddings\.LayerNorm", "token_embd_norm"),
    (r"encoder\.layer\.(\d+)\.attention\.self\.query", r"blk.\1.attn_q"),
    (r"encoder\.layer\.(\d+)\.attention\.self\.key", r"blk.\1.attn_k"),
    (r"encoder\.layer\.(\d+)\.attention\.self\.value", r"blk.\1.attn_v"),
    (r"encoder\.layer\.(\d+)\.attention\.output\.dense", r"blk.\1.attn_output"),
    (r"encoder\.layer\.(\d+)\.attention\.output\.LayerNorm", r"blk.\1.attn_output_norm"),
    (r"encoder\.layer\.(\d+)\.intermediate\.dense", r"blk.\1.ffn_up"),
    (r"encoder\.layer\.(\d+)\.output\.dense", r"blk.\1.ffn_down"),
    (r"encoder\.layer\.(\d+)\.output\.LayerNorm", r"blk.\1.layer_output_norm"),
]
SPECIAL_TOKENS = {
    "unknown": "[UNK]", "seperator": "[SEP]", "padding": "[PAD]", "cls": "[CLS]", "mask": "[MASK]",
    "bos": "[CLS]", "eos": "[SEP]",
}


@dataclass(frozen=True)
class Tensor:
    name: str
    shape: list[int]
    start: int
    end: int

    @property
    def padded(self) -> int:
        return -(-(self.end - self.start) // ALIGNMENT) * ALIGNMENT


class Header:
    """GGUF's key-value section, in the order it was filled."""

    def __init__(self) -> None:
        self.count = 0
        self.body = b""

    def put(self, key: str, kind: int, value: int | float | bool | str) -> None:
        self._add(key, kind, _encoded(kind, value))

    def put_all(self, key: str, kind: int, values: list[str] | list[int]) -> None:
        items = b"".join(_encoded(kind, value) for value in values)
        self._add(key, ARRAY, struct.pack("<IQ", kind, len(values)) + items)

    def _add(self, key: str, kind: int, payload: bytes) -> None:
        self.body += _encoded(STRING, key) + struct.pack("<I", kind) + payload
        self.count += 1


def convert(model: Path, destination: Path) -> None:
    """Reads a sentence-transformers folder and writes one GGUF file."""
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    header = Header()
    _describe(header, config, destination.name)
    _add_vocabulary(header, (model / "vocab.txt").read_text(encoding="utf-8").splitlines())
    weights = model / "model.safetensors"
    tensors = _tensors(weights)
    with weights.open("rb") as source, destination.open("wb") as sink:
        index, offset = b"", 0
        for tensor in tensors:
            dimensions = b"".join(struct.pack("<Q", size) for size in reversed(tensor.shape))
            index += _encoded(STRING, tensor.name) + struct.pack("<I", len(tensor.shape)) + dimensions
            index += struct.pack("<IQ", TENSOR_F32, offset)
            offset += tensor.padded
        head = b"GGUF" + struct.pack("<IQQ", GGUF_VERSION, len(tensors), header.count) + header.body + index
        sink.write(head + b"\0" * (-len(head) % ALIGNMENT))
        for tensor in tensors:
            source.seek(tensor.start)
            sink.write(source.read(tensor.end - tensor.start).ljust(tensor.padded, b"\0"))


def _describe(header: Header, config: dict[str, int | float | str], name: str) -> None:
    header.put("general.architecture", STRING, "bert")
    header.put("general.type", STRING, "model")
    header.put("general.name", STRING, name.removesuffix(".gguf"))
    header.put("general.file_type", UINT32, TENSOR_F32)
    header.put("general.alignment", UINT32, ALIGNMENT)
    for key, source in (
        ("block_count", "num_hidden_layers"), ("context_length", "max_position_embeddings"),
        ("embedding_length", "hidden_size"), ("feed_forward_length", "intermediate_size"),
        ("attention.head_count", "num_attention_heads"),
    ):
        header.put(f"bert.{key}", UINT32, config[source])
    header.put("bert.attention.layer_norm_epsilon", FLOAT32, config["layer_norm_eps"])
    header.put("bert.attention.causal", BOOL, False)
    header.put("bert.pooling_type", UINT32, MEAN_POOLING)
    header.put("tokenizer.ggml.token_type_count", UINT32, config.get("type_vocab_size", 1))


def _add_vocabulary(header: Header, words: list[str]) -> None:
    """WordPiece as the engine wants it: a mark before words that start one, no `##` before those that go on."""
    specials = set(SPECIAL_TOKENS.values())
    tokens, kinds = [], []
    for word in words:
        if word in specials:
            tokens.append(word)
        else:
            tokens.append(word[2:] if word.startswith("##") else "\u2581" + word)
        kinds.append(TOKEN_CONTROL if word in specials else TOKEN_NORMAL)
    header.put("tokenizer.ggml.model", STRING, "bert")
    header.put("tokenizer.ggml.pre", STRING, "jina-v2-en")
    header.put("tokenizer.ggml.add_bos_token", BOOL, True)
    header.put("tokenizer.ggml.add_eos_token", BOOL, True)
    # The pair separator is for rerankers; one text is closed by the end token alone.
    header.put("tokenizer.ggml.add_sep_token", BOOL, False)
    header.put("tokenizer.ggml.normalizer.lowercase", BOOL, True)
    header.put_all("tokenizer.ggml.tokens", STRING, tokens)
    header.put_all("tokenizer.ggml.token_type", INT32, kinds)
    position = {word: index for index, word in enumerate(words)}
    for key, word in SPECIAL_TOKENS.items():
        header.put(f"tokenizer.ggml.{key}_token_id", UINT32, position[word])


def _tensors(weights: Path) -> list[Tensor]:
    with weights.open("rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        entries = json.loads(file.read(length))
    found = []
    for key, entry in entries.items():
        name = _engine_name(key.removeprefix("bert."))
        if name is None:
            continue
        if entry["dtype"] != "F32":
            raise Failure(f"{key} holds {entry['dtype']}: only 32-bit floats are converted")
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        found.append(Tensor(name, entry["shape"], start, end))
    return found


def _engine_name(key: str) -> str | None:
    """The engine's name of a checkpoint's tensor; none for what embeddings do not use, such as the pooler."""
    stem, _, kind = key.rpartition(".")
    for pattern, name in TENSOR_NAMES:
        if re.fullmatch(pattern, stem):
            return f"{re.sub(pattern, name, stem)}.{kind}"
    return None


def _encoded(kind: int, value: int | float | bool | str) -> bytes:
    if kind == STRING:
        text = str(value).encode()
        return struct.pack("<Q", len(text)) + text
    return struct.pack({UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?"}[kind], value)
