"""Deciding: who decided what about a case, for which reason, and when; a second person for a block; reversal that keeps history.

A step is only ever added. It names the version of the case that was seen: of two who decide at once, one wins and the other is
told. No score is edited, and nothing is shipped or held here: whoever ships asks `actions_of`.
"""

from __future__ import annotations

from resellerrisk.desk.records import Case, Decision, User


class Decisions:
    """The steps of all cases."""

    def decide(
        self,
        by: User,
        case_id: int,
        version: int,
        action: str,
        reason: str,
        note: str = "",
        lines: dict[int, str] | None = None,
    ) -> Case:
        """Decide a case; a ``block`` is proposed instead, and waits for `approve`. ``review`` keeps it open.

        Parameters
        ----------
        version : int
            ``Case.version`` as it was seen.
        action : str
            From `vocabulary.ACTIONS`. ``ship_on_street_date`` is refused for an order that has no early lines.
        reason : str
            A name from `words.REASONS` that fits the action.
        note : str
            Free text, at most 10,000 characters; kept as it is.
        lines : dict of int to str, optional
            Orders: other actions for some lines. A line to block makes it a proposal too.

        Returns
        -------
        Case
            As it stands now.

        Raises
        ------
        Conflict
            Somebody decided since that version was seen, or the case is already decided or waits.
        NotAllowed, NotThere, DeskError
            No right; no such case; a reason that does not fit.
        """
        raise NotImplementedError

    def approve(
        self, by: User, case_id: int, version: int, reason: str = "evidence_holds", note: str = ""
    ) -> Case:
        """Confirm what another person proposed. It takes effect now.

        Raises
        ------
        NotAllowed
            No approver, or the one who proposed it.
        Conflict
            As `decide`; also where nothing waits any more.
        """
        raise NotImplementedError

    def refuse(self, by: User, case_id: int, version: int, reason: str, note: str = "") -> Case:
        """Refuse what another person proposed: the case is open again. The one who proposed may refuse (withdraw) it too."""
        raise NotImplementedError

    def reverse(self, by: User, case_id: int, version: int, reason: str, note: str = "") -> Case:
        """Take the decision in force back: the case is open again, and what it said of the account is no longer said."""
        raise NotImplementedError

    def history(self, case_id: int) -> list[Decision]:
        """All steps of a case, oldest first."""
        raise NotImplementedError

    def actions_of(self, case_id: int) -> tuple[str, dict[int, str]] | None:
        """The action in force and those of single lines; None where none is in force."""
        raise NotImplementedError
