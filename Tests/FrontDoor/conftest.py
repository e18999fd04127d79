# SPDX-License-Identifier: Apache-2.0
"""Makes the front door's modules importable, as the Makefile does."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Deploy" / "Scripts"))
