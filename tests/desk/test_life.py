"""A case's life under any order of steps: no case is lost, each state is what its steps say, and refusals change nothing."""

from __future__ import annotations

import itertools
import shutil
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from resellerrisk.desk import QUEUED, STATES, SYSTEM, Conflict, Desk, NotAllowed
from resellerrisk.vocabulary import ACTIONS
from tests.desk.conftest import Clock, make_scores

ACCOUNTS = st.sampled_from(["A1", "A2", "A3"])
PEOPLE = st.sampled_from(["ana", "ben", "app", "pia"])
REASONS = {
    "release": "shop_seen",
    "ship_on_street_date": "caution",
    "review": "look_deeper",
    "block": "no_shop",
}
STALE = st.booleans()


class Life(RuleBasedStateMachine):
    """The desk beside a plain retelling: what state a case should be in, and at which version."""

    open_desk = None

    @initialize()
    def begin(self):
        self.clock = Clock()
        self.desk = self.open_desk(self.clock)
        roles = {"ana": "analyst", "ben": "analyst", "app": "approver", "pia": "approver"}
        self.people = {name: self.desk.people.from_proxy(name, role) for name, role in roles.items()}
        self.expected, self.steps, self.nights = {}, {}, itertools.count()

    @rule(account=ACCOUNTS, action=st.sampled_from(ACTIONS), probability=st.sampled_from([0.001, 0.4, 0.97]))
    def load(self, account, action, probability):
        as_of = f"2020-01-01 00:00:{next(self.nights) % 60:02d}.{next(self.nights):06d}"
        rows = [(account, probability, action)]
        self.desk.nights.load(SYSTEM, "account", make_scores(rows, as_of=as_of, scored_at=self.clock.now))
        state = self.expected.get(account, (None, 1))[0]
        case = self.desk.cases.find("account", account)
        if state is None:
            self.steps[account] = []
        if state in {"open", "waiting"}:
            assert case.state == state
        elif state == "decided":
            assert case.state in {"decided", "new"}
            assert case.state == "decided" or ACTIONS.index(action) > ACTIONS.index(case.action)
        else:
            assert case.state == ("clear" if action == "release" else "new")
        self.expected[account] = (case.state, self.expected.get(account, (None, 1))[1])

    def step(self, account, who, stale, name, call, states, after):
        """Take a step; it must be refused where the case is elsewhere, or the version an older one."""
        if account not in self.expected:
            return
        state, version = self.expected[account]
        case, before = self.desk.cases.find("account", account), len(self.steps[account])
        seen = version - 1 if stale else version
        if state not in states or stale:
            with pytest.raises(Conflict):
                call(self.people[who], case.id, seen)
            assert len(self.desk.decisions.history(case.id)) == before
            return
        now = call(self.people[who], case.id, seen)
        self.steps[account].append((name, who))
        assert now.state == after and now.version == version + 1
        self.expected[account] = (after, version + 1)

    @rule(account=ACCOUNTS, who=PEOPLE, stale=STALE, action=st.sampled_from(ACTIONS))
    def decide(self, account, who, stale, action):
        name = "propose" if action == "block" else "decide"
        after = {"block": "waiting", "review": "open"}.get(action, "decided")

        def call(by, id, version):
            return self.desk.decisions.decide(by, id, version, action, REASONS[action])

        self.step(account, who, stale, name, call, {"clear", "new", "open"}, after)

    @rule(account=ACCOUNTS, who=st.sampled_from(["app", "pia"]), stale=STALE)
    def approve(self, account, who, stale):
        waits = account in self.expected and self.expected[account][0] == "waiting"
        if waits and not stale and self.steps[account][-1] == ("propose", who):
            case = self.desk.cases.find("account", account)
            with pytest.raises(NotAllowed):
                self.desk.decisions.approve(self.people[who], case.id, case.version)
            return
        self.step(account, who, stale, "approve", self.desk.decisions.approve, {"waiting"}, "decided")

    @rule(account=ACCOUNTS, who=st.sampled_from(["app", "pia"]), stale=STALE)
    def refuse(self, account, who, stale):
        def call(by, id, version):
            return self.desk.decisions.refuse(by, id, version, "evidence_thin")

        self.step(account, who, stale, "refuse", call, {"waiting"}, "open")

    @rule(account=ACCOUNTS, who=st.sampled_from(["app", "pia"]))
    def reverse(self, account, who):
        def call(by, id, version):
            return self.desk.decisions.reverse(by, id, version, "mistake")

        if account not in self.expected:
            return
        case = self.desk.cases.find("account", account)
        in_force = self.desk.decisions.actions_of(case.id) is not None
        states = {"new", "open", "decided"} if in_force else set()
        self.step(account, who, False, "reverse", call, states, "open")

    @rule(who=PEOPLE)
    def take_next(self, who):
        wanted = self.desk.cases.queue(states=["new", "open"], unclaimed=True).cases
        case = self.desk.cases.next(self.people[who])
        assert (case is None) == (not wanted)
        if case is not None:
            assert case.id == wanted[0].id and case.claimed_by == who and case.state == "open"
            self.expected[case.account_id] = ("open", self.expected[case.account_id][1])

    @rule(minutes=st.sampled_from([1, 31]))
    def wait(self, minutes):
        self.clock.now += timedelta(minutes=minutes)

    @invariant()
    def no_case_is_lost(self):
        if not hasattr(self, "desk"):
            return
        everywhere = self.desk.cases.queue(states=list(STATES))
        assert {case.account_id: (case.state, case.version) for case in everywhere.cases} == self.expected
        assert sum(everywhere.counts.values()) == everywhere.total == len(self.expected)
        queued = {case.account_id for case in self.desk.cases.queue().cases}
        assert queued == {name for name, (state, _) in self.expected.items() if state in QUEUED}
        for case in everywhere.cases:
            if case.asked != "release" and not self.steps[case.account_id]:
                assert case.account_id in queued
            history = self.desk.decisions.history(case.id)
            assert [(step.step, step.by) for step in history] == self.steps[case.account_id]
            assert case.state != "decided" or self.desk.decisions.actions_of(case.id)[0] == case.action

    def teardown(self):
        if hasattr(self, "desk"):
            assert self.desk.audit.verify().sound
            self.desk.close()


def live(open_desk, examples):
    machine = type("LifeHere", (Life,), {"open_desk": staticmethod(open_desk)})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=20, deadline=None)
    )


def test_any_order_of_steps_on_sqlite(ready_file, tmp_path):
    numbers = itertools.count()

    def open_desk(clock):
        home = tmp_path / str(next(numbers))
        home.mkdir()
        shutil.copy(ready_file, home)
        return Desk(home=home, clock=clock)

    live(open_desk, 10)


def test_any_order_of_steps_on_postgresql(postgres, ready_database, tmp_path):
    numbers = itertools.count()

    def open_desk(clock):
        name = f"life_{next(numbers)}"
        postgres.ask(f"CREATE DATABASE {name} TEMPLATE {ready_database}")
        return Desk(postgres.url(name), home=tmp_path / name, clock=clock)

    live(open_desk, 3)
