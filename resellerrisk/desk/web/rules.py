"""The rules' page: a condition on signals with an action, back-tested on decided history before it is saved."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from resellerrisk.desk.acting import allow
from resellerrisk.desk.refusals import NotAllowed, StoreAway
from resellerrisk.desk.web import views
from resellerrisk.errors import ResellerRiskError

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form()]


@router.get("/rules")
def show_rules(request: Request, done: str = "", past: bool = False) -> Response:
    """The rules in force, and with ``past`` those that were."""
    return _show(request, done=done, past=past)


@router.post("/rules")
def draw_up(
    request: Request,
    do: Text = "",
    name: Text = "",
    subject: Text = "",
    condition: Text = "",
    action: Text = "",
    why: Text = "",
) -> Response:
    """Try a rule, or save it, as the button says."""
    rules, user = request.app.state.desk.rules, request.state.session.user
    allow(user, "keep_rules")
    given = {"name": name, "subject": subject, "condition": condition, "action": action, "why": why}
    try:
        if do == "save":
            rule = rules.save(user, name, subject, condition, action, why)
            return views.go("/rules", f"Rule {rule.name} is saved. It acts from the next load of scores on.")
        return _show(request, given=given, trial=rules.try_out(subject, condition, action, name))
    except (NotAllowed, StoreAway):
        raise
    except ResellerRiskError as error:
        return _show(request, 422, given=given, error=error)


@router.post("/rules/{rule_id:int}/retire")
def retire(request: Request, rule_id: int) -> Response:
    """End a rule; its hits stay."""
    rule = request.app.state.desk.rules.retire(request.state.session.user, rule_id)
    return views.go("/rules", f"Rule {rule.name} is retired.")


def _show(
    request: Request, status: int = 200, *, given=None, trial=None, error=None, done="", past=False
) -> Response:
    rules = request.app.state.desk.rules
    told = [(rule, rules.hits(rule.id)) for rule in rules.list(past=past)]
    empty = dict.fromkeys(("name", "subject", "condition", "action", "why"), "")
    return views.show(
        request,
        "rules",
        status,
        rules=told,
        given=given or empty,
        trial=trial,
        error=error,
        done=done,
        past=past,
    )
