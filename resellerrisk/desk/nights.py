"""Loading scores: a night's, or one application's just scored. The same scores twice change nothing."""

from __future__ import annotations

import os

import pandas as pd

from resellerrisk.desk.records import Loaded, User


class Nights:
    """The scores that were loaded."""

    def load(
        self,
        by: User,
        subject: str,
        scores: pd.DataFrame,
        signals: pd.DataFrame | None = None,
        accounts: pd.DataFrame | None = None,
    ) -> Loaded:
        """Load scores, in one transaction: a case each, the rules' hits, and what has to be looked at put into the queue.

        Parameters
        ----------
        by : User
            `SYSTEM` for a job.
        subject : str
        scores : DataFrame
            The contract's ``scores`` (`pipeline.Scores.scores`).
        signals : DataFrame, optional
            The contract's ``signals``, row by row the same keys; without them no rule can hit.
        accounts : DataFrame, optional
            The contract's ``accounts``, for names.

        Raises
        ------
        DeskError
            Columns that are missing, rows that do not match, two rows of one subject, values out of range.
        """
        raise NotImplementedError

    def load_folder(
        self, by: User, folder: str | os.PathLike, data: str | os.PathLike | None = None
    ) -> Loaded:
        """Load what ``resellerrisk score --out FOLDER`` wrote; the subject is told by its columns and ``run.json``."""
        raise NotImplementedError

    def newest(self, subject: str) -> pd.Timestamp | None:
        """The newest moment of which there are scores."""
        raise NotImplementedError
