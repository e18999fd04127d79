# SPDX-License-Identifier: Apache-2.0
"""The verbs that the Makefile calls: `python3 -m parley <verb>`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from parley import build, contracts, engine, formatting, fuzz, operate, sanitize, suite, up
from parley.bench import runner
from parley.failure import Failure
from parley.layout import REPOSITORY, Layout
from parley.progress import warn


def main() -> int:
    choices = _parser().parse_args()
    layout = Layout(run=(REPOSITORY / choices.run).resolve())
    try:
        return _run(choices, layout)
    except Failure as failure:
        warn(failure.report())
        return 1
    except KeyboardInterrupt:
        warn("stopped; repeat the command to go on from here")
        return 130


def _run(choices: argparse.Namespace, layout: Layout) -> int:
    match choices.verb:
        case "install":
            engine.install(layout)
        case "build":
            build.build(layout, tests=choices.tests)
        case "up":
            up.up(layout, up.Choices(
                engine=choices.engine, replicas=choices.replicas, port_offset=choices.port_offset,
                upstreams=tuple(filter(None, choices.upstreams.split(","))),
                upstream_key_file=choices.upstream_key_file,
                builds=not choices.no_build, asks=not choices.no_question))
        case "secrets":
            up.make_secrets(layout)
        case "rotate":
            up.rotate(layout)
        case "down":
            operate.down(layout)
        case "status":
            return 0 if operate.status(layout) else 1
        case "logs":
            operate.logs(layout, choices.service)
        case "proto":
            contracts.generate(layout)
        case "test":
            suite.test(layout, choices.only)
        case "bench":
            runner.bench(layout, choices.only, builds=not choices.no_build)
        case "fuzz":
            fuzz.fuzz(layout, choices.only, choices.seconds)
        case "sanitize":
            sanitize.sanitize(layout, choices.only)
        case "lint":
            formatting.lint(layout)
        case "format":
            formatting.format_all(layout)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="parley", description="The front door: called by make, see `make help`.")
    parser.set_defaults(run=".run")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name in ("install", "lint", "format", "proto"):
        verbs.add_parser(name)
    verbs.add_parser("test").add_argument("--only", default="")
    fuzzing = verbs.add_parser("fuzz")
    fuzzing.add_argument("--only", default="")
    fuzzing.add_argument("--seconds", type=int, default=60)
    verbs.add_parser("sanitize").add_argument("--only", default="")
    benchmark = verbs.add_parser("bench")
    benchmark.add_argument("--only", default="")
    benchmark.add_argument("--no-build", action="store_true")
    verbs.add_parser("build").add_argument("--tests", action="store_true")
    for name in ("up", "secrets", "rotate", "down", "status", "logs"):
        verb = verbs.add_parser(name)
        verb.add_argument("--run", type=Path, default=Path(".run"))
        if name == "logs":
            verb.add_argument("--service", default="")
        if name == "up":
            verb.add_argument("--engine", default="llama")
            verb.add_argument("--upstreams", default="")
            verb.add_argument("--upstream-key-file", default="")
            verb.add_argument("--replicas", type=int, default=1)
            verb.add_argument("--port-offset", type=int, default=0)
            verb.add_argument("--no-build", action="store_true")
            verb.add_argument("--no-question", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
