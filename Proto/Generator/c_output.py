# SPDX-License-Identifier: Apache-2.0
"""Runs protoc-c and writes the two small C files around its output."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from contract import ProtoFile
from names import c_lower

NOTICE = "/* SPDX-License-Identifier: Apache-2.0 */\n/* Made by Proto/Generator. Do not edit: run `make proto`. */\n"

MODULE_MAP = """// Made by Proto/Generator. Do not edit: run `make proto`.
module CMessages {
    umbrella header "CMessages.h"
    export *
}
"""


def protobuf_c_files(root: Path, files: list[ProtoFile]) -> dict[str, str]:
    """protoc-c's output by its path below Proto/Generated; headers move to include/, where SwiftPM wants them."""
    result: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = [file.path for file in files]
        subprocess.run(["protoc-c", f"-I{root}", f"--c_out={folder}", *paths], check=True, cwd=root)
        for path in sorted(Path(folder).rglob("*.pb-c.*")):
            relative = path.relative_to(folder).as_posix()
            target = f"include/{relative}" if path.suffix == ".h" else relative
            result[target] = path.read_text(encoding="utf-8")
    result["include/CMessages.h"] = umbrella(files)
    result["include/module.modulemap"] = MODULE_MAP
    result["descriptors.c"] = descriptors(files)
    return result


def symbols(files: list[ProtoFile]) -> list[str]:
    return [c_lower(message.full_name) for file in files for message in file.messages]


def umbrella(files: list[ProtoFile]) -> str:
    lines = [NOTICE + "#pragma once", ""]
    lines += [f'#include "{file.path.removesuffix(".proto")}.pb-c.h"' for file in files]
    lines += [
        "",
        "/* Swift imports a C constant as a copy, and protobuf-c compares descriptors by address; hence functions. */",
    ]
    for symbol in symbols(files):
        name = "parley_descriptor_" + symbol.removeprefix("parley__")
        lines.append(
            f"static inline const ProtobufCMessageDescriptor *_Nonnull {name}(void) {{ return &{symbol}__descriptor; }}"
        )
    lines += [
        "",
        "/* The descriptors of all messages, for tests and tools that go through every one of them. */",
        "extern const ProtobufCMessageDescriptor *const _Nonnull parley_descriptors[];",
        "extern const int parley_descriptor_count;",
        "static inline const ProtobufCMessageDescriptor *_Nonnull parley_descriptor_at(int index) {",
        "    return parley_descriptors[index];",
        "}",
    ]
    return "\n".join(lines) + "\n"


def descriptors(files: list[ProtoFile]) -> str:
    lines = [NOTICE + '#include "CMessages.h"', "", "const ProtobufCMessageDescriptor *const parley_descriptors[] = {"]
    lines += [f"    &{symbol}__descriptor," for symbol in symbols(files)]
    lines += ["};", f"const int parley_descriptor_count = {len(symbols(files))};"]
    return "\n".join(lines) + "\n"
