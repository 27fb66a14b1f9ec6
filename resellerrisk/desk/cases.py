"""The cases and their queue: what there is to decide, in the order of expected loss. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Sequence

from resellerrisk.desk.records import Case, Queue, Score, User


class Cases:
    """Cases, read and claimed."""

    def queue(
        self,
        *,
        states: Sequence[str] = ("new", "open", "waiting"),
        subjects: Sequence[str] = ("application", "account", "order"),
        asked: Sequence[str] | None = None,
        bands: Sequence[str] | None = None,
        search: str = "",
        claimed_by: str | None = None,
        unclaimed: bool = False,
        limit: int = 50,
        offset: int = 0,
    ) -> Queue:
        """A page of the cases, highest expected loss first.

        Parameters
        ----------
        states, subjects, asked, bands : sequence of str
            Only these; ``asked`` is the strictest action that model and rules ask for.
        search : str
            Part of an account id, an order id or a name, in any case.
        claimed_by : str, optional
            Only what this user has claimed (and the claim holds).
        unclaimed : bool
            Only what nobody has claimed; an expired claim is none.
        """
        raise NotImplementedError

    def get(self, case_id: int) -> Case:
        """One case; raises `NotThere`."""
        raise NotImplementedError

    def find(self, subject: str, account_id: str, order_id: str | None = None) -> Case:
        """A case by what it is about; raises `NotThere`."""
        raise NotImplementedError

    def of_account(self, account_id: str) -> list[Case]:
        """All cases of an account: its application, itself, its orders; newest score first."""
        raise NotImplementedError

    def scores(self, case_id: int) -> list[Score]:
        """All scores of a case, oldest first."""
        raise NotImplementedError

    def signals(self, score_id: int) -> dict[str, float | None]:
        """The signals' values of a score, as they came with it; empty where they did not."""
        raise NotImplementedError

    def decided_beside(self, case_id: int, count: int = 3) -> list[tuple[Case, str]]:
        """Decided cases of the same subject with the nearest score, with the outcome (or action) decided."""
        raise NotImplementedError

    def claim(self, by: User, case_id: int, *, take_over: bool = False) -> Case:
        """Take a case up for 30 minutes; a claim of one's own is prolonged. A case that was ``new`` becomes ``open``.

        Raises
        ------
        Conflict
            Another's claim holds; an approver may ``take_over``.
        """
        raise NotImplementedError

    def next(self, by: User, **filters) -> Case | None:
        """Claim the first case of the queue (filters as there) that nobody has claimed; None where there is none."""
        raise NotImplementedError

    def let_go(self, by: User, case_id: int) -> Case:
        """Give a claim of one's own up."""
        raise NotImplementedError
