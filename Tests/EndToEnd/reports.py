# SPDX-License-Identifier: Apache-2.0
"""A failed test shows what the services said last: afterwards their logs are gone."""

from __future__ import annotations

import os

import pytest

from parley.failure import last_lines

from suite import Suite

LOG_LINES_SHOWN = 15
# They speak only when they start and stop.
QUIET = ("postgres", "redis", "supervisord")


def add_logs(report: pytest.TestReport, item: pytest.Item) -> pytest.TestReport:
    if report.when != "call" or not report.failed:
        return report
    for suite in {value for value in getattr(item, "funcargs", {}).values() if isinstance(value, Suite)}:
        for log in sorted(suite.layout.logs.glob("*.log")):
            if log.stat().st_size and log.stem not in QUIET:
                report.sections.append((f"log of {log.stem}", os.linesep.join(last_lines(log, LOG_LINES_SHOWN))))
    return report
