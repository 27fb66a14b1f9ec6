"""Which decided accounts an account is most alike: scores made up of the same parts.

A decided account is compared as it stood on the first of the month of its decision, by the same model, from what was known
then; which decisions count depends on the moment of the case. Likeness is the cosine of what each signal adds.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from resellerrisk.decisions import Settings, score_1000
from resellerrisk.matrix import build_matrix, newest_outcomes
from resellerrisk.pipeline.scoring import Scores
from resellerrisk.pipeline.trained import Trained
from resellerrisk.reasons import Similar
from resellerrisk.reasons.grouped import family_of
from resellerrisk.signals.compute import Signals, Snapshots
from resellerrisk.signals.declare import FAMILIES
from resellerrisk.signals.peers import month_of
from resellerrisk.signals.rows import micros
from resellerrisk.translations import Language

#: The newest decisions that are compared with; older ones were made about another market.
MOST_DECIDED, MOST_DAYS = 400, 730
SHOWN, FAMILIES_NAMED = 3, 3


class DecidedBook:
    """Decided accounts as they stood when they were decided about; each made once.

    Parameters
    ----------
    signals : Signals
    trained : Trained
    settings : Settings
    """

    def __init__(self, signals: Signals, trained: Trained, settings: Settings) -> None:
        self._signals, self._trained, self._settings = signals, trained, settings
        self._kept: dict[tuple[int, int], tuple[int, np.ndarray]] = {}

    def most_alike(
        self, code: int, moment: pd.Timestamp, scored: Scores, language: Language
    ) -> tuple[Similar, ...]:
        """The decided accounts most alike one that was scored, by decisions known strictly before the moment."""
        if self._trained.subject == "order":
            return ()
        known = self._known(moment, code)
        if known.empty:
            return ()
        keys = list(zip(known.index.tolist(), known["at"].tolist(), strict=True))
        self._make([key for key in keys if key not in self._kept])
        own = scored.contributions[list(self._trained.model.columns_)].to_numpy(float)[0]
        theirs = np.stack([self._kept[key][1] for key in keys])
        length = np.linalg.norm(theirs, axis=1) * np.linalg.norm(own)
        likeness = np.divide(theirs @ own, length, out=np.zeros(len(keys)), where=length > 0)
        order = np.lexsort((known.index, -likeness))[:SHOWN]
        ids = self._signals.market.account_ids
        return tuple(
            Similar(
                account_id=str(ids[known.index[place]]),
                outcome=known["outcome"].iloc[place],
                decided_at=known["decided_at"].iloc[place],
                as_of=pd.Timestamp(keys[place][1], unit="us"),
                score=self._kept[keys[place]][0],
                likeness=float(likeness[place]),
                families=self._shared_families(own, theirs[place], language),
            )
            for place in order
            if likeness[place] > 0
        )

    def _known(self, moment: pd.Timestamp, code: int) -> pd.DataFrame:
        """The newest decisions about other accounts, with the moment at which each is compared."""
        known = newest_outcomes(self._signals.market, moment)
        known = known[(known.index != code) & (known["decided_at"] >= moment - pd.Timedelta(days=MOST_DAYS))]
        applied = self._signals.views.applied[known.index.to_numpy()]
        at = month_of(micros(known["decided_at"].to_numpy()))
        if self._trained.subject == "application":
            at = applied
        known = known.assign(at=at)
        known = known[(at > applied) | (self._trained.subject == "application")]
        return known.nlargest(MOST_DECIDED, "decided_at", keep="first")

    def _make(self, keys: list[tuple[int, int]]) -> None:
        if not keys:
            return
        account, at = (np.array(part) for part in zip(*keys, strict=True))
        matrix = build_matrix(self._signals, Snapshots(account, at), self._trained.columns)
        names = list(self._trained.model.columns_)
        added = self._trained.model.contributions(matrix.values)[names].to_numpy(float)
        scores = score_1000(self._trained.model.predict_proba(matrix.values)[:, 1])
        for key, score, row in zip(keys, scores, added, strict=True):
            self._kept[key] = int(score), row

    def _shared_families(self, own: np.ndarray, other: np.ndarray, language: Language) -> tuple[str, ...]:
        """Families that move both scores most the same way, the strongest first, in the reader's language."""
        family = np.array([FAMILIES.index(family_of(column)) for column in self._trained.columns])
        mine, theirs = (np.bincount(family, part, len(FAMILIES)) for part in (own, other))
        shared = np.where(mine * theirs > 0, np.minimum(np.abs(mine), np.abs(theirs)), 0.0)
        order = np.argsort(-shared, kind="stable")[:FAMILIES_NAMED]
        return tuple(language.text(FAMILIES[place]) for place in order if shared[place] > 0)
