"""The webhook's outbox: messages written with what they tell of, sent afterwards, tried again, and given up in the end."""

from __future__ import annotations

from resellerrisk.desk.records import Message, User


class Outbox:
    """Messages on their way. Nothing is written where the environment names no receiver (`webhooks.Receiver`)."""

    def deliver(self, limit: int = 100) -> tuple[int, int]:
        """Send what is due; returns how many were sent and how many failed. Call it every few seconds, from any process."""
        raise NotImplementedError

    def messages(self, state: str | None = None, limit: int = 100) -> list[Message]:
        """Messages, newest first."""
        raise NotImplementedError

    def again(self, by: User, message_id: int) -> Message:
        """Try a message again that was given up."""
        raise NotImplementedError
