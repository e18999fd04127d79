#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes Proto/Generated, Shared/Messages/Generated and Shared/Clients/Generated from the contracts under Proto.

    generate.py            writes what has changed, removes what is no longer made
    generate.py --check    writes nothing; exits 1 and names the files that are not what the contracts say
    generate.py --release  writes Proto/released.txt: from then on what it lists may not change (see released.py)

Needs protoc and protoc-c on the PATH and the Python package `protobuf`; `make proto` sees to all three.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from google.protobuf import descriptor_pb2

import released
from c_output import protobuf_c_files
from contract import ContractError, ProtoFile, Reader, read_retired
from swift_clients import client_file, method_catalogue, methods_file
from swift_coding import catalogue_file, coding_file
from swift_values import values_file

PROTO = Path(__file__).resolve().parents[1]
ROOT = PROTO.parent
OUTPUTS = ["Proto/Generated", "Shared/Messages/Generated", "Shared/Clients/Generated"]


def descriptor_set(proto: Path) -> bytes:
    paths = sorted(path.relative_to(proto).as_posix() for path in proto.glob("*/v*/*.proto"))
    with tempfile.NamedTemporaryFile() as out:
        done = subprocess.run(
            ["protoc", "-I.", "--include_source_info", f"--descriptor_set_out={out.name}", *paths],
            cwd=proto, capture_output=True, text=True, check=False,
        )
        if done.returncode != 0:
            raise ContractError(done.stderr.strip())
        return Path(out.name).read_bytes()


# Modules whose types stand beside the messages in the files that use them.
NEIGHBOURS = ["Primitives", "Wire", "RPC", "Messages"]
STANDARD = {
    "Any", "Array", "Bool", "Character", "Dictionary", "Double", "Duration", "Error", "Float", "Int", "Never",
    "Optional", "Range", "Result", "Self", "Set", "String", "Task", "Type", "UInt",
}


def taken_names(root: Path) -> set[str]:
    """Names that no message may have, because both would be in sight at once."""
    pattern = re.compile(r"^package (?:final )?(?:struct|enum|class|protocol|typealias|actor) (\w+)", re.MULTILINE)
    found = set(STANDARD)
    for module in NEIGHBOURS:
        for path in (root / "Shared" / module).glob("*.swift"):
            found.update(pattern.findall(path.read_text(encoding="utf-8")))
    return found


def read_contract(proto: Path, taken: set[str]) -> tuple[list[ProtoFile], dict[str, str]]:
    """The contract after all rules have been applied, and what a release of it would promise."""
    descriptors = descriptor_pb2.FileDescriptorSet.FromString(descriptor_set(proto))
    retired = read_retired(proto / "retired-ids.txt")
    files = Reader(descriptors, retired, taken).read()
    promises = released.describe(descriptors, files)
    released.check(proto / "released.txt", promises, descriptors, retired)
    return files, promises


def all_outputs(files: list[ProtoFile]) -> dict[str, str]:
    outputs = {f"Proto/Generated/{path}": text for path, text in protobuf_c_files(PROTO, files).items()}
    for file in files:
        if file.messages:
            outputs[f"Shared/Messages/Generated/{file.swift_stem}Messages.swift"] = values_file(file)
            outputs[f"Shared/Messages/Generated/{file.swift_stem}Messages+Coding.swift"] = coding_file(file)
        for service in file.services:
            outputs[f"Shared/Clients/Generated/{service.name}Methods.swift"] = methods_file(file, service)
            outputs[f"Shared/Clients/Generated/{service.name}Client.swift"] = client_file(file, service)
    outputs["Shared/Messages/Generated/MessageCatalogue.swift"] = catalogue_file(files)
    outputs["Shared/Clients/Generated/MethodCatalogue.swift"] = method_catalogue(files)
    return outputs


def differences(outputs: dict[str, str]) -> tuple[list[str], list[str]]:
    """Paths whose content differs, and paths that are there and no longer made."""
    changed = []
    for path, text in outputs.items():
        target = ROOT / path
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            changed.append(path)
    there = {p.relative_to(ROOT).as_posix() for out in OUTPUTS for p in (ROOT / out).rglob("*") if p.is_file()}
    return changed, sorted(there - outputs.keys())


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes C and Swift from the contracts under Proto.")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when something is stale")
    parser.add_argument("--release", action="store_true", help="record the contract as released and stop")
    arguments = parser.parse_args()
    try:
        files, promises = read_contract(PROTO, taken_names(ROOT))
        if arguments.release:
            released.write(PROTO / "released.txt", promises)
            return 0
        outputs = all_outputs(files)
    except ContractError as error:
        print(error, file=sys.stderr)
        return 1
    changed, orphans = differences(outputs)
    if arguments.check:
        for path in changed + orphans:
            print(f"{path} is not what the contracts say; run `make proto`", file=sys.stderr)
        return 1 if changed or orphans else 0
    for path in changed:
        target = ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(outputs[path], encoding="utf-8")
    for path in orphans:
        (ROOT / path).unlink()
    print(f"{len(outputs)} files, {len(changed)} written, {len(orphans)} removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
