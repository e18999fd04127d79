# SPDX-License-Identifier: Apache-2.0
"""Builds and installs the model engine: libllama and ggml, from the source release that PyPI carries; and our chat
library (Deploy/LlamaChat), which compiles the chat half of the same release behind a C interface.

Debian 12 has no package of it. The libraries are built for the processor at hand, which is worth a factor of two in
speed; a stamp beside them names version and processor, so that a repeat takes no time and another machine rebuilds.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

from parley import wheels
from parley.commands import output, run_logged
from parley.failure import Failure
from parley.layout import Layout
from parley.progress import say, step

SOURCE = wheels.Download(
    requirement="llama-cpp-python==0.3.36",
    file="llama_cpp_python-0.3.36.tar.gz",
    sha256="832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e",
)
# The commit of llama.cpp inside that release; without it the build would ask git and be told ours.
COMMIT = "0c1e57098"
OPTIONS = [
    "-DCMAKE_BUILD_TYPE=Release",
    # The libraries find each other beside themselves; CMake's install step would strip the build folder's path.
    "-DCMAKE_INSTALL_RPATH=$ORIGIN",
    "-DBUILD_SHARED_LIBS=ON", "-DGGML_OPENMP=ON", "-DGGML_CCACHE=OFF",
    "-DLLAMA_BUILD_NUMBER=0", f"-DLLAMA_BUILD_COMMIT={COMMIT}", "-DLLAMA_OPENSSL=OFF",
    # Only the library: its command line tools, tests and HTTP server would triple the build.
    "-DLLAMA_BUILD_COMMON=OFF", "-DLLAMA_BUILD_TOOLS=OFF", "-DLLAMA_BUILD_EXAMPLES=OFF", "-DLLAMA_BUILD_TESTS=OFF",
    "-DLLAMA_BUILD_SERVER=OFF", "-DLLAMA_BUILD_APP=OFF",
]
# For the processor at hand, or, with PORTABLE=1, for every x86-64 of the last ten years: what an image is built with.
NATIVE_OPTIONS = ["-DGGML_NATIVE=ON"]
PORTABLE_OPTIONS = ["-DGGML_NATIVE=OFF", "-DGGML_AVX2=ON", "-DGGML_FMA=ON", "-DGGML_F16C=ON", "-DGGML_BMI2=ON"]


# It reads templates and grammars, a few milliseconds a request: -O1 is as fast there as -O3, and a third less to build.
CHAT_OPTIONS = ["-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG"]


def prefix(layout: Layout) -> Path:
    """Where the engine is installed: for everybody when we may, else below the clone's cache."""
    return Path("/usr/local") if os.geteuid() == 0 else layout.cache / "engine"


def pkg_config_path(layout: Layout) -> str:
    return str(prefix(layout) / "lib" / "pkgconfig")


def install(layout: Layout) -> None:
    """Makes sure that engine and chat library of this version, built for this processor, are installed."""
    destination = prefix(layout)
    engine = {"source": SOURCE.sha256, "options": _options(), "processor": _processor()}
    chat = {"source": SOURCE.sha256, "options": CHAT_OPTIONS, "engine": engine, "ours": _digest(layout)}
    needs_engine = not _is_stamped(destination / "lib" / "parley-engine.json", engine)
    needs_chat = needs_engine or not _is_stamped(destination / "lib" / "parley-llama-chat.json", chat)
    if not needs_chat:
        return
    work = layout.cache / "engine-build"
    with step("engine: download"):
        archive = wheels.fetch(layout, SOURCE, work, source_only=True)
    with step("engine: unpack"):
        source = _unpack(archive, work)
    if needs_engine:
        say("the engine is built once for this machine: about 2 minutes on two idle cores")
        with step("engine: build"):
            _build(source, work, destination, _options())
        _stamp(destination / "lib" / "parley-engine.json", engine)
    say("the chat library is built once for this machine: about a minute on two idle cores")
    with step("chat library: build"):
        _build(
            layout.repository / "Deploy" / "LlamaChat", work, destination, [*CHAT_OPTIONS, f"-DLLAMA_SOURCE={source}"],
            env={"PKG_CONFIG_PATH": pkg_config_path(layout)})
    _stamp(destination / "lib" / "parley-llama-chat.json", chat)
    shutil.rmtree(source.parents[1], ignore_errors=True)
    _check(layout)


def _is_stamped(stamp: Path, facts: dict[str, object]) -> bool:
    return stamp.exists() and stamp.read_text(encoding="utf-8") == json.dumps(facts, sort_keys=True)


def _stamp(stamp: Path, facts: dict[str, object]) -> None:
    stamp.write_text(json.dumps(facts, sort_keys=True), encoding="utf-8")


def _digest(layout: Layout) -> str:
    """A digest of the chat library's own files: a change of one builds it anew."""
    digest = hashlib.sha256()
    for file in sorted((layout.repository / "Deploy" / "LlamaChat").iterdir()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _unpack(archive: Path, work: Path) -> Path:
    folder = work / archive.name.removesuffix(".tar.gz")
    shutil.rmtree(folder, ignore_errors=True)
    output(["tar", "-xzf", str(archive), "-C", str(work)])
    source = folder / "vendor" / "llama.cpp"
    # The release carries a git link to nowhere; with it the build system asks git about an enclosing repository.
    (source / ".git").unlink(missing_ok=True)
    return source


def _build(
    source: Path, work: Path, destination: Path, options: list[str], env: dict[str, str] | None = None
) -> None:
    build = work / "build"
    shutil.rmtree(build, ignore_errors=True)
    configure = ["cmake", "-G", "Ninja", "-S", str(source), "-B", str(build), f"-DCMAKE_INSTALL_PREFIX={destination}"]
    run_logged(configure + options, work / "configure.log", env=env)
    run_logged(["cmake", "--build", str(build), f"-j{os.cpu_count() or 2}"], work / "build.log")
    run_logged(["cmake", "--install", str(build)], work / "install.log")
    if os.geteuid() == 0:
        output(["ldconfig"])
    shutil.rmtree(build, ignore_errors=True)


def _options() -> list[str]:
    """ENGINE_OPTIONS adds CMake's own, such as those of a GPU (Docs/Upstream.md)."""
    chosen = PORTABLE_OPTIONS if os.environ.get("PORTABLE") else NATIVE_OPTIONS
    return OPTIONS + chosen + os.environ.get("ENGINE_OPTIONS", "").split()


def _check(layout: Layout) -> None:
    version = output(
        ["pkg-config", "--modversion", "llama"], env={"PKG_CONFIG_PATH": pkg_config_path(layout)},
        advice="look at .cache/engine-build/install.log").strip()
    say(f"engine: libllama {version} in {prefix(layout)}")


def _processor() -> str:
    """A digest of what the compiler looks at when it builds for this processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise Failure("cannot read /proc/cpuinfo", advice="Parley runs on Linux only") from error
    facts: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip() in ("model name", "flags", "Features", "CPU part"):
            facts.setdefault(name.strip(), value.strip())
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]
