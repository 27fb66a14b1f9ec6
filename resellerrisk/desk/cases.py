"""The cases and their queue: what there is to decide, in the order of expected loss. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select

from resellerrisk.desk import schema
from resellerrisk.desk.acting import acting, allow
from resellerrisk.desk.case_rows import cases, read_case, scores, select_cases, to_cases, to_score
from resellerrisk.desk.database import Change, Database
from resellerrisk.desk.records import Case, Queue, Score, User
from resellerrisk.desk.refusals import Conflict, DeskError, NotThere
from resellerrisk.desk.standing import in_force, read_steps, said
from resellerrisk.desk.values import unpack
from resellerrisk.desk.words import QUEUED, STATES
from resellerrisk.vocabulary import ACTIONS, BANDS, SUBJECTS

#: How long a claim holds.
CLAIM_HOLDS = timedelta(minutes=30)
_LARGEST_PAGE = 500


@dataclass(frozen=True)
class _Filters:
    states: Sequence[str] = QUEUED
    subjects: Sequence[str] = SUBJECTS
    asked: Sequence[str] | None = None
    bands: Sequence[str] | None = None
    search: str = ""
    claimed_by: str | None = None
    unclaimed: bool = False

    def conditions(self, at: datetime) -> list:
        """All but the state's."""
        for given, known, what in (
            (self.states, STATES, "state"),
            (self.subjects, SUBJECTS, "subject"),
            (self.asked or (), ACTIONS, "action"),
            (self.bands or (), BANDS, "band"),
        ):
            unknown = [word for word in given if word not in known]
            if unknown:
                raise DeskError(f"There is no {what} {unknown[0]!r}.", f"There is: {', '.join(known)}.")
        found = [cases.subject.in_(self.subjects)]
        found += [cases.asked.in_(self.asked)] if self.asked is not None else []
        found += [cases.band.in_(self.bands)] if self.bands is not None else []
        found += (
            [cases.found_by.contains(self.search.strip().casefold(), autoescape=True)] if self.search else []
        )
        held = cases.claimed_until > at
        found += [and_(cases.claimed_by == self.claimed_by, held)] if self.claimed_by is not None else []
        found += [or_(cases.claimed_until.is_(None), ~held)] if self.unclaimed else []
        return found


class Cases:
    """Cases, read and claimed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def queue(
        self,
        *,
        states: Sequence[str] = QUEUED,
        subjects: Sequence[str] = SUBJECTS,
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
        limit, offset : int
            How many, at most 500, and how many before them are left out.

        Raises
        ------
        DeskError
            A word that is no state, subject, action or band.
        """
        at = self._database.clock()
        filters = _Filters(states, subjects, asked, bands, search, claimed_by, unclaimed)
        others = filters.conditions(at)
        wanted = select_cases().where(cases.state.in_(states), *others)
        page = wanted.order_by(cases.expected_loss.desc(), cases.id)
        page = page.limit(min(max(limit, 0), _LARGEST_PAGE)).offset(min(max(offset, 0), 2**31))
        counted = select(cases.state, func.count()).where(*others).group_by(cases.state)
        with self._database.read() as connection:
            found = to_cases(connection, connection.execute(page).all(), at)
            counts = dict.fromkeys(STATES, 0) | dict(tuple(row) for row in connection.execute(counted))
        return Queue(tuple(found), sum(counts[state] for state in set(states)), counts)

    def get(self, case_id: int) -> Case:
        """One case; raises `NotThere`."""
        with self._database.read() as connection:
            return read_case(connection, case_id, self._database.clock())

    def find(self, subject: str, account_id: str, order_id: str | None = None) -> Case:
        """A case by what it is about; raises `NotThere`."""
        named = (cases.subject == subject, cases.account_id == account_id, cases.order_id == (order_id or ""))
        found = self._read(select_cases().where(*named))
        if not found:
            raise NotThere(f"There is no {subject} case of account {account_id!r}.", hint="load its score")
        return found[0]

    def of_account(self, account_id: str) -> list[Case]:
        """All cases of an account: its application, itself, its orders; newest score first."""
        wanted = select_cases().where(cases.account_id == account_id)
        return self._read(wanted.order_by(scores.as_of.desc(), cases.id))

    def scores(self, case_id: int) -> list[Score]:
        """All scores of a case, oldest first."""
        with self._database.read() as connection:
            read_case(connection, case_id, self._database.clock())
            wanted = select(schema.scores).where(scores.case_id == case_id)
            rows = connection.execute(wanted.order_by(scores.as_of, scores.scored_at, scores.id))
            return [to_score(row._mapping) for row in rows]

    def signals(self, score_id: int) -> dict[str, float | None]:
        """The signals' values of a score, as they came with it; empty where they did not."""
        nights = schema.nights
        wanted = select(schema.scores.c["values"], nights.c["columns"]).join_from(schema.scores, nights)
        with self._database.read() as connection:
            row = connection.execute(wanted.where(scores.id == score_id)).one_or_none()
        if row is None:
            raise NotThere(f"There is no score {score_id}.")
        return unpack(row[0], row[1])

    def decided_beside(self, case_id: int, count: int = 3) -> list[tuple[Case, str]]:
        """Decided cases of the same subject with the nearest score, with the outcome (or action) decided."""
        at = self._database.clock()
        with self._database.read() as connection:
            case = read_case(connection, case_id, at)
            near = func.abs(cases.probability - case.probability)
            wanted = select_cases().where(
                cases.state == "decided", cases.subject == case.subject, cases.id != case.id
            )
            rows = connection.execute(wanted.order_by(near, cases.id.desc()).limit(min(count, 50))).all()
            steps = read_steps(connection, [row.id for row in rows])
            found = to_cases(connection, rows, at)
        return [(one, _tell(steps.get(one.id, []))) for one in found]

    def claim(self, by: User, case_id: int, *, take_over: bool = False) -> Case:
        """Take a case up for 30 minutes; a claim of one's own is prolonged. A case that was ``new`` or ``clear`` becomes ``open``.

        Raises
        ------
        Conflict
            Another's claim holds; an approver may ``take_over``.
        """
        if take_over:
            allow(by, "take_over")
        with acting(self._database, by, "claim") as change:
            case = read_case(change.connection, case_id, change.at)
            held = case.claimed_by not in (None, by.name)
            if held and not take_over:
                raise Conflict(
                    f"{case.claimed_by} has claimed case {case_id}.",
                    case.claimed_by,
                    "claimed it",
                    case.claimed_until - CLAIM_HOLDS,
                    hint="ask them, or an approver to take it over",
                )
            return _claim(change, by, case)

    def next(self, by: User, **filters) -> Case | None:
        """Claim the first case of the queue (filters as there) that nobody has claimed; None where there is none.

        Proposals that wait are left to those who confirm them, unless ``states`` asks for them.
        """
        given = {name: value for name, value in filters.items() if name not in {"limit", "offset"}}
        chosen = _Filters(**({"states": ("new", "open")} | given | {"unclaimed": True}))
        with acting(self._database, by, "claim") as change:
            wanted = select_cases().where(cases.state.in_(chosen.states), *chosen.conditions(change.at))
            row = change.execute(wanted.order_by(cases.expected_loss.desc(), cases.id).limit(1)).one_or_none()
            return (
                None if row is None else _claim(change, by, to_cases(change.connection, [row], change.at)[0])
            )

    def let_go(self, by: User, case_id: int) -> Case:
        """Give a claim of one's own up. A case that is not claimed stays as it is.

        Raises
        ------
        Conflict
            The claim is another's.
        """
        with acting(self._database, by, "claim") as change:
            case = read_case(change.connection, case_id, change.at)
            if case.claimed_by not in (None, by.name):
                raise Conflict(
                    f"{case.claimed_by} has claimed case {case_id}.",
                    case.claimed_by,
                    "claimed it",
                    case.claimed_until - CLAIM_HOLDS,
                )
            if case.claimed_by is None:
                return case
            free = schema.cases.update().where(cases.id == case_id)
            change.execute(free.values(claimed_by=None, claimed_until=None))
            change.note(by.name, "let go", f"case/{case_id}")
            return read_case(change.connection, case_id, change.at)

    def _read(self, wanted) -> list[Case]:
        with self._database.read() as connection:
            return to_cases(connection, connection.execute(wanted).all(), self._database.clock())


def _claim(change: Change, by: User, case: Case) -> Case:
    opened = case.state in {"new", "clear"}
    change.execute(
        schema.cases.update()
        .where(cases.id == case.id)
        .values(
            claimed_by=by.name,
            claimed_until=change.at + CLAIM_HOLDS,
            state="open" if opened else case.state,
            since=change.at if opened else case.since,
        )
    )
    event = "took over" if case.claimed_by not in (None, by.name) else "claimed"
    change.note(by.name, event, f"case/{case.id}")
    return read_case(change.connection, case.id, change.at)


def _tell(steps) -> str:
    """The outcome that stands, else the action in force."""
    stated = said(steps)
    if stated is not None and stated.outcome is not None:
        return stated.outcome
    held = in_force(steps)
    return held.action if held is not None else ""
