# SPDX-License-Identifier: Apache-2.0
"""Reads the spans that the services write and tells who took part in one trace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from parley.layout import Layout

# OTLP's number for a span of the serving side.
SERVER_KINDS = (2, "SPAN_KIND_SERVER")


def services_in(layout: Layout, trace: str) -> set[str]:
    """Names of the services that recorded a server span with this trace id (32 hex digits)."""
    found = set()
    for file in sorted(layout.traces.glob("*.jsonl")):
        name = file.stem.rpartition("-")[0]
        if name not in found and any(_is_server_span(span, trace) for span in _spans(file)):
            found.add(name)
    return found


def _is_server_span(span: dict[str, Any], trace: str) -> bool:
    return span.get("traceId", "").lower() == trace and span.get("kind") in SERVER_KINDS


def _spans(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                export = json.loads(line)
            except ValueError:
                # The newest line may still be on its way to the disk.
                continue
            for resource in export.get("resourceSpans", []):
                for scope in resource.get("scopeSpans", []):
                    yield from scope.get("spans", [])
