"""Rules beside the model: a condition on signals with an action, tried on history before it is saved.

A rule's hit stands beside the model's action and never changes it or the score.
"""

from __future__ import annotations

from resellerrisk.desk.records import Rule, Trial, User


class Rules:
    """The rules of a desk."""

    def try_out(self, subject: str, condition: str, action: str) -> Trial:
        """What a rule would have caught, delayed and cost on decided history, beside the model with the rules in force.

        Raises
        ------
        DeskError
            The condition cannot be read, or names a signal that is not there ("did you mean").
        """
        raise NotImplementedError

    def save(self, by: User, name: str, subject: str, condition: str, action: str, why: str) -> Rule:
        """Save a rule, with what the trial shows now; one of the same name is retired. It acts from the next load on."""
        raise NotImplementedError

    def retire(self, by: User, rule_id: int) -> Rule:
        """End a rule; its hits stay."""
        raise NotImplementedError

    def list(self, subject: str | None = None, *, past: bool = False) -> list[Rule]:
        """The rules in force by name; with ``past`` the retired ones too."""
        raise NotImplementedError

    def hits(self, rule_id: int) -> int:
        """How many scores a rule hit since it was saved."""
        raise NotImplementedError
