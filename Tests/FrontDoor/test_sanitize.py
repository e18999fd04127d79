# SPDX-License-Identifier: Apache-2.0
"""Goal: a sanitizer's findings are told, and its build leaves the ordinary one alone."""

from __future__ import annotations

import pytest

from parley import sanitize
from parley.failure import Failure
from parley.layout import Layout


def test_each_sanitizer_has_a_folder_of_its_own(tmp_path):
    layout = Layout(run=tmp_path)
    folders = {
        kind: chosen[chosen.index("--scratch-path") + 1]
        for kind in sanitize.KINDS for chosen in [sanitize.flags(layout, kind)]}
    assert len(set(folders.values())) == len(sanitize.KINDS)
    assert all(folder.endswith(f".build/{kind}") for kind, folder in folders.items())


def test_findings_are_told_once():
    text = "x\nSUMMARY: ThreadSanitizer: data race a.swift:1 in f\nSUMMARY: ThreadSanitizer: data race a.swift:1 in f\ny"
    assert sanitize.findings(text) == ["SUMMARY: ThreadSanitizer: data race a.swift:1 in f"]


def test_an_unknown_sanitizer_is_refused(tmp_path):
    with pytest.raises(Failure):
        sanitize.sanitize(Layout(run=tmp_path), "memory")
