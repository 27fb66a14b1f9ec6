"""Evidence: behind any signal of any account the rows that made its value, and the value recomputed from those rows alone.

The room's door. `shown` says what a piece of evidence is and how it recomputes; `gathering` finds the rows of each kind of
signal. Nothing is worded here, and no row known at or after the moment is ever looked at.
"""

from __future__ import annotations

from resellerrisk.signals.evidence.gathering import evidence, find_evidence
from resellerrisk.signals.evidence.shown import Evidence

__all__ = ["Evidence", "evidence", "find_evidence"]
