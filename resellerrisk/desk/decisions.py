"""Deciding: who decided what about a case, for which reason, and when; a second person for a block; reversal that keeps history.

A step is only ever added. It names the version of the case that was seen: of two who decide at once, one wins and the other is
told. No score is edited, and nothing is shipped or held here: whoever ships asks `actions_of`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from resellerrisk.decisions import SECOND_PERSON
from resellerrisk.desk import outbox, schema
from resellerrisk.desk.acting import acting, allow_now
from resellerrisk.desk.case_rows import read_case
from resellerrisk.desk.database import Change, Database
from resellerrisk.desk.records import Case, Decision, User
from resellerrisk.desk.refusals import Conflict, DeskError, NotAllowed
from resellerrisk.desk.standing import in_force, read_steps, waiting
from resellerrisk.desk.triage import strictest
from resellerrisk.desk.words import STEPS, Reason, reasons_for
from resellerrisk.vocabulary import ACTIONS

_LONGEST_NOTE = 10_000
_MOST_LINES = 10_000


class Decisions:
    """The steps of all cases."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
            A name from `words.REASONS` that fits the action, or the strictest action of its lines; a block wants one that fits it.
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
        named = dict(lines or {})
        chosen = _check(action, reason, note, named)
        with acting(self._database, by, "decide") as change:
            case, steps = _look(change, case_id, version)
            _check_case(case, action, named)
            if case.state in {"decided", "waiting"}:
                raise _conflict(case, steps)
            step = "propose" if strictest([action, *named.values()]) in SECOND_PERSON else "decide"
            told = {"action": action, "reason": reason, "note": note, "lines": named}
            _add(change, by, case, step, outcome=chosen.outcome, of=None, **told)
            states = {"propose": "waiting", "decide": "open" if action == "review" else "decided"}
            return _settle(change, case, states[step], action)

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
        _check_words("approve", reason, note)
        with acting(self._database, by, "approve") as change:
            case, steps = _look(change, case_id, version)
            proposal = _find_waiting(case, steps)
            if proposal.by == by.name:
                raise NotAllowed(
                    "Who proposed a block cannot confirm it.", hint="a second person with the role approver"
                )
            told = {"action": proposal.action, "lines": proposal.lines, "outcome": proposal.outcome}
            _add(change, by, case, "approve", reason=reason, note=note, of=proposal.id, **told)
            return _settle(change, case, "decided", proposal.action)

    def refuse(self, by: User, case_id: int, version: int, reason: str, note: str = "") -> Case:
        """Refuse what another person proposed: the case is open again. The one who proposed may refuse (withdraw) it too."""
        _check_words("refuse", reason, note)
        with acting(self._database, by, "decide") as change:
            case, steps = _look(change, case_id, version)
            proposal = _find_waiting(case, steps)
            if proposal.by != by.name:
                allow_now(change, by, "approve")
            told = {"action": proposal.action, "lines": proposal.lines, "outcome": None}
            _add(change, by, case, "refuse", reason=reason, note=note, of=proposal.id, **told)
            held = in_force(steps)
            return _settle(change, case, "open", held.action if held is not None else None)

    def reverse(self, by: User, case_id: int, version: int, reason: str, note: str = "") -> Case:
        """Take the decision in force back: the case is open again, and what it said of the account is no longer said.

        Raises
        ------
        Conflict
            As `decide`; also where nothing is in force, or a proposal waits.
        """
        _check_words("reverse", reason, note)
        with acting(self._database, by, "reverse") as change:
            case, steps = _look(change, case_id, version)
            held = in_force(steps)
            if held is None or case.state == "waiting":
                raise _conflict(case, steps)
            told = {"action": held.action, "lines": held.lines, "outcome": None}
            _add(change, by, case, "reverse", reason=reason, note=note, of=held.id, **told)
            return _settle(change, case, "open", None)

    def history(self, case_id: int) -> list[Decision]:
        """All steps of a case, oldest first."""
        with self._database.read() as connection:
            read_case(connection, case_id, self._database.clock())
            return read_steps(connection, [case_id]).get(case_id, [])

    def actions_of(self, case_id: int) -> tuple[str, dict[int, str]] | None:
        """The action in force and those of single lines; None where none is in force."""
        held = in_force(self.history(case_id))
        return None if held is None else (held.action, held.lines)


def _look(change: Change, case_id: int, version: int) -> tuple[Case, list[Decision]]:
    """The case and its steps; refused where its version is not the one that was seen."""
    case = read_case(change.connection, case_id, change.at)
    steps = read_steps(change.connection, [case_id]).get(case_id, [])
    if case.version != version:
        raise _conflict(case, steps)
    return case, steps


def _conflict(case: Case, steps: Sequence[Decision]) -> Conflict:
    if not steps:
        return Conflict(
            f"Nothing was decided about case {case.id} yet.",
            None,
            f"it is {case.state}",
            None,
            hint="look again",
        )
    last = steps[-1]
    what = f"{STEPS[last.step]}: {last.action} ({last.reason})"
    return Conflict(f"{last.by} was quicker: {what}.", last.by, what, last.at, hint="look at the case again")


def _find_waiting(case: Case, steps: Sequence[Decision]) -> Decision:
    proposal = waiting(steps)
    if proposal is None or case.state != "waiting":
        raise _conflict(case, steps)
    return proposal


def _check(action: str, reason: str, note: str, lines: dict) -> Reason:
    """The fixed reason; refused where words are unknown or do not fit."""
    unknown = [word for word in (action, *lines.values()) if word not in ACTIONS]
    if unknown:
        raise DeskError(f"There is no action {unknown[0]!r}.", f"Actions: {', '.join(ACTIONS)}.")
    if len(lines) > _MOST_LINES or not all(isinstance(line, int) and 0 <= line < 2**31 for line in lines):
        raise DeskError("Lines are named by their numbers.", hint="lines={2: 'ship_on_street_date'}")
    hardest = strictest([action, *lines.values()])
    fitting = {hardest} if hardest in SECOND_PERSON else {action, hardest}
    allowed = [one for name in fitting for one in reasons_for("decide", name)]
    _check_note(note)
    chosen = next((one for one in allowed if one.name == reason), None)
    if chosen is None:
        there = ", ".join(dict.fromkeys(one.name for one in allowed))
        raise DeskError(f"{reason!r} is no reason for {hardest}.", f"Reasons: {there}.")
    return chosen


def _check_words(step: str, reason: str, note: str) -> None:
    _check_note(note)
    allowed = [one.name for one in reasons_for(step)]
    if reason not in allowed:
        raise DeskError(f"{reason!r} is no reason to {step}.", f"Reasons: {', '.join(allowed)}.")


def _check_note(note: str) -> None:
    if len(note) > _LONGEST_NOTE:
        raise DeskError(f"The note has {len(note):,} characters; {_LONGEST_NOTE:,} at most.")


def _check_case(case: Case, action: str, lines: dict[int, str]) -> None:
    if lines and case.subject != "order":
        raise DeskError(f"Lines are an order's; case {case.id} is about an {case.subject}.")
    if case.early_lines is False and "ship_on_street_date" in (action, *lines.values()):
        raise DeskError(
            f"The order of case {case.id} has no lines before their street date.", hint="release it"
        )


def _add(change: Change, by: User, case: Case, step: str, **told) -> None:
    """Add a step, its entry in the log and its message."""
    row = told | {
        "case_id": case.id,
        "step": step,
        "by": by.name,
        "at": change.at,
        "score_id": _newest_score(change, case),
        "lines": {str(line): action for line, action in sorted(told["lines"].items())},
    }
    row["id"] = change.insert(schema.decisions, **row)
    spelled = row | {"at": change.at.isoformat(timespec="microseconds")}
    change.note(by.name, step, f"case/{case.id}", decision=spelled)
    beside = {name: getattr(case, name) for name in ("subject", "account_id", "order_id")}
    left_out = ("note", "id", "by")
    body = {name: value for name, value in spelled.items() if name not in left_out}
    outbox.enqueue(change, "case.decided", decision=row["id"], **beside, **body)


def _newest_score(change: Change, case: Case) -> int:
    cases = schema.cases.c
    return change.execute(select(cases.score_id).where(cases.id == case.id)).scalar_one()


def _settle(change: Change, case: Case, state: str, action: str | None) -> Case:
    """The case as it stands after a step: a version later, claimed by nobody."""
    cases = schema.cases
    change.execute(
        cases.update()
        .where(cases.c.id == case.id)
        .values(
            version=case.version + 1,
            state=state,
            since=change.at if state != case.state else case.since,
            action=action,
            claimed_by=None,
            claimed_until=None,
        )
    )
    return read_case(change.connection, case.id, change.at)
