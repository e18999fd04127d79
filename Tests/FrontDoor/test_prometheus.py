# SPDX-License-Identifier: Apache-2.0
"""Goal: the rules that people are woken by, and that workers are counted by, mean what the specification says.

Method: Prometheus' own tester runs `Deploy/Prometheus/rules_test.yaml`; then every bound is moved a little, one at a
time, and the same tests must notice.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from parley.layout import REPOSITORY

FOLDER = REPOSITORY / "Deploy" / "Prometheus"
MANIFESTS = REPOSITORY / "Deploy" / "Kubernetes"
RULES = ["autoscaling.yaml", "alerts.yaml"]
PROMTOOL_SECONDS = 60.0

# Rule file, what it says, what it must not say.
MOVED_BOUNDS = [
    ("autoscaling.yaml", "queue > 100", "queue >= 100"),
    ("autoscaling.yaml", "parley:model_workers + 2", "parley:model_workers + 1"),
    ("autoscaling.yaml", "wait_seconds > 0.7", "wait_seconds > 7"),
    ("autoscaling.yaml", "p95_seconds > 0.7", "p95_seconds > 0.8"),
    ("autoscaling.yaml", "queue < 20", "queue < 0"),
    ("autoscaling.yaml", "use < 0.4", "use <= 0.4"),
    ("autoscaling.yaml", "workers > 1)", "workers > 0)"),
    ("autoscaling.yaml", "max by (model) (orchestrator_model_waiting", "sum by (model) (orchestrator_model_waiting"),
    ("autoscaling.yaml", "sum by (model) ({", "max by (model) ({"),
    ("autoscaling.yaml", "orchestrator_model_queued", "orchestrator_model_q"),
    ("autoscaling.yaml", "orchestrator_model_held", "orchestrator_model_h"),
    ("alerts.yaml", "> 0.01", "> 0.02"),
    ("alerts.yaml", '"5.."', '"[45].."'),
    ("alerts.yaml", "le) (rate(gateway_first_token_seconds_bucket[5m]))) > 0.7",
     "le) (rate(gateway_first_token_seconds_bucket[5m]))) > 0.8"),
    ("alerts.yaml", "for: 30s", "for: 10s"),
    ("alerts.yaml", "pg_replication_lag_seconds) > 30", "pg_replication_lag_seconds) >= 30"),
    ("alerts.yaml", "for: 5m", "for: 1m"),
    ("alerts.yaml", 'end="failed"', 'end="finished"'),
]


def promtool(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("promtool")
    assert program, "promtool is missing: sh Deploy/Scripts/install.sh --tests"
    return subprocess.run(
        [program, *words], cwd=folder, capture_output=True, text=True, timeout=PROMTOOL_SECONDS, check=False)


def test_the_rules_are_well_formed() -> None:
    done = promtool(FOLDER, "check", "rules", *RULES)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_mean_what_they_should() -> None:
    done = promtool(FOLDER, "test", "rules", "rules_test.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("name", "said", "moved"), MOVED_BOUNDS)
def test_a_moved_bound_is_noticed(name: str, said: str, moved: str, tmp_path: Path) -> None:
    copy = shutil.copytree(FOLDER, tmp_path / "rules")
    rules = copy / name
    text = rules.read_text()
    assert said in text
    rules.write_text(text.replace(said, moved))
    assert promtool(copy, "test", "rules", "rules_test.yaml").returncode != 0, f"nobody notices {moved!r}"


def test_every_series_that_a_rule_or_a_manifest_asks_for_is_made() -> None:
    """A rule over a name that nobody exports never fires, and nobody notices."""
    rules = "".join((FOLDER / name).read_text() for name in RULES)
    recorded = set(re.findall(r"record: (\S+)", rules))
    source = "".join(
        path.read_text() for folder in ("Services", "Shared") for path in (REPOSITORY / folder).rglob("*.swift"))
    for name in set(re.findall(r"\b(?:orchestrator|gateway|http)_[a-z0-9_]+", rules)):
        base = re.sub(r"_(bucket|count|sum)$", "", name)
        made = base in source or (
            base.startswith("orchestrator_model_") and f'"{base.removeprefix("orchestrator_model_")}"' in source)
        assert made, f"{name} is exported by nobody"
    manifests = "".join(path.read_text() for path in MANIFESTS.glob("*.yaml"))
    asked = set(re.findall(r"parley:[a-z]+_[a-z_0-9]+", rules.replace("record: ", "") + manifests))
    assert asked <= recorded, f"asked for and recorded nowhere: {sorted(asked - recorded)}"
