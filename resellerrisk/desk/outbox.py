"""The webhook's outbox: messages written with what they tell of, sent afterwards, tried again, and given up in the end."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import select

from resellerrisk import webhooks
from resellerrisk.desk import schema
from resellerrisk.desk.acting import acting
from resellerrisk.desk.database import Change, Database
from resellerrisk.desk.records import Message, User
from resellerrisk.desk.refusals import DeskError, NotThere

#: How long is waited after each failed attempt; after the last one a message is given up.
WAITS = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200, 28800, 86400))
#: While one process sends a message no other does.
_LEASE = timedelta(minutes=2)
#: What is due within it is sent now: a change's moment may lie a little ahead of the clock.
_SOON = timedelta(seconds=1)
STATES = ("waiting", "sent", "given_up")


def enqueue(change: Change, event: str, **body: object) -> None:
    """Write a message in the transaction of what it tells of; nothing where the environment names no receiver."""
    if webhooks.Receiver.from_environment() is None:
        return
    told = {"event": event, "at": change.at.isoformat(timespec="microseconds") + "Z", **body}
    change.insert(
        schema.messages,
        key=f"msg_{secrets.token_urlsafe(18)}",
        event=event,
        body=told,
        state="waiting",
        attempts=0,
        next_at=change.at,
        last_error="",
    )


class Outbox:
    """Messages on their way. Nothing is written where the environment names no receiver (`webhooks.Receiver`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def deliver(self, limit: int = 100) -> tuple[int, int]:
        """Send what is due; returns how many were sent and how many failed. Call it every few seconds, from any process.

        A process that is killed while sending leaves the message to be sent again, under the same id, so that a receiver can drop
        it.
        """
        receiver = webhooks.Receiver.from_environment()
        if receiver is None:
            return 0, 0
        counts = [0, 0]
        for id, key, body in self._take_due(limit):
            failure = ""
            try:
                webhooks.send(receiver, key, body)
            except webhooks.WebhookError as error:
                failure = error.what
            self._settle(id, failure)
            counts[bool(failure)] += 1
        return counts[0], counts[1]

    def messages(self, state: str | None = None, limit: int = 100) -> list[Message]:
        """Messages, newest first.

        Raises
        ------
        DeskError
            A state that is none of waiting, sent and given_up.
        """
        if state is not None and state not in STATES:
            raise DeskError(f"There is no state {state!r}.", f"States: {', '.join(STATES)}.")
        table = schema.messages
        wanted = select(table).order_by(table.c.id.desc()).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(wanted.where(table.c.state == state) if state else wanted)
            return [_to_message(row) for row in rows]

    def again(self, by: User, message_id: int) -> Message:
        """Try a message again that was given up."""
        table = schema.messages
        with acting(self._database, by, "keep_settings") as change:
            row = change.execute(select(table).where(table.c.id == message_id)).one_or_none()
            if row is None:
                raise NotThere(f"There is no message {message_id}.")
            if row.state != "given_up":
                raise DeskError(
                    f"Message {message_id} is {row.state}; only what was given up is tried again."
                )
            told = {"state": "waiting", "attempts": 0, "next_at": change.at}
            change.execute(table.update().where(table.c.id == message_id).values(**told))
            change.note(by.name, "message again", f"message/{message_id}")
            return _to_message(change.execute(select(table).where(table.c.id == message_id)).one())

    def _take_due(self, limit: int) -> list[tuple[int, str, dict]]:
        table = schema.messages
        due = (table.c.state == "waiting", table.c.next_at <= self._database.clock() + _SOON)
        with self._database.read() as connection:
            if connection.execute(select(table.c.id).where(*due).limit(1)).first() is None:
                return []
        with self._database.change() as change:
            rows = change.execute(select(table).where(*due).order_by(table.c.id).limit(limit)).all()
            taken = table.update().where(table.c.id.in_([row.id for row in rows]))
            change.execute(taken.values(next_at=change.at + _LEASE, attempts=table.c.attempts + 1))
            return [(row.id, row.key, row.body) for row in rows]

    def _settle(self, id: int, failure: str) -> None:
        table = schema.messages
        with self._database.change() as change:
            attempts = change.execute(select(table.c.attempts).where(table.c.id == id)).scalar_one()
            told = {"state": "sent", "last_error": ""}
            if failure:
                given_up = attempts > len(WAITS)
                wait = WAITS[min(attempts, len(WAITS)) - 1]
                state = "given_up" if given_up else "waiting"
                told = {"state": state, "last_error": failure, "next_at": change.at + wait}
            change.execute(table.update().where(table.c.id == id).values(**told))


def _to_message(row) -> Message:
    return Message(row.id, row.event, row.body, row.state, row.attempts, row.next_at, row.last_error)
