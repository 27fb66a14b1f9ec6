"""The desk's tables, as SQLAlchemy declares them. Only declarations: how they come to be stands in ``migrations/``."""

from __future__ import annotations

import json
import re

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

_MARK = "\ue000"
_UNSTORABLE = re.compile("[\x00\ue000\ud800-\udfff]")
_STORED = re.compile(_MARK + "([0-9a-f]{4})")


class AnyText(TypeDecorator):
    """Text of any kind: what a database refuses (NUL, half a surrogate pair) is written as a mark and its number, and read back."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return value and _UNSTORABLE.sub(lambda found: f"{_MARK}{ord(found[0]):04x}", value)

    def process_result_value(self, value, dialect):
        return value and _STORED.sub(lambda found: chr(int(found[1], 16)), value)


class Json(TypeDecorator):
    """What JSON can hold, as ASCII text in one spelling."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return None if value is None else json.dumps(value, sort_keys=True, allow_nan=False)

    def process_result_value(self, value, dialect):
        return None if value is None else json.loads(value)


metadata = MetaData()


def _table(name: str, *columns) -> Table:
    return Table(name, metadata, *columns)


def _id() -> Column:
    return Column("id", Integer, primary_key=True)


def _text(name: str, null: bool = False, **told) -> Column:
    return Column(name, AnyText, nullable=null, **told)


def _time(name: str, null: bool = False) -> Column:
    return Column(name, DateTime, nullable=null)


def _ref(name: str, target: str, null: bool = False) -> Column:
    return Column(name, ForeignKey(target), nullable=null, index=True)


users = _table(
    "users",
    _id(),
    _text("name", unique=True),
    _text("role"),
    _text("password_hash", null=True),
    Column("active", Boolean, nullable=False),
    _time("created_at"),
)
sessions = _table(
    "sessions",
    _id(),
    _text("token_hash", unique=True),
    _ref("user_id", "users.id"),
    _time("expires_at"),
    _time("used_at"),
    _time("ended_at", null=True),
)
links = _table(
    "links",
    _id(),
    _text("token_hash", unique=True),
    _text("role"),
    _text("made_by"),
    _time("expires_at"),
    _time("used_at", null=True),
    _ref("user_id", "users.id", null=True),
)
failures = _table("failures", _id(), _text("about"), _time("at"), Index("failures_about", "about", "at"))
nights = _table(
    "nights",
    _id(),
    _text("subject"),
    _text("digest", unique=True),
    Column("columns", Json, nullable=False),
    Column("rows", Integer, nullable=False),
    _time("as_of"),
    _text("loaded_by"),
    _time("loaded_at"),
)
cases = _table(
    "cases",
    _id(),
    Column("version", Integer, nullable=False),
    _text("subject"),
    _text("account_id"),
    _text("order_id"),
    _text("title"),
    _text("found_by"),
    _text("state"),
    _time("since"),
    _text("action", null=True),
    Column("score_id", Integer),
    Column("probability", Float, nullable=False),
    Column("expected_loss", Float, nullable=False),
    _text("asked"),
    _text("band"),
    _text("claimed_by", null=True),
    _time("claimed_until", null=True),
    UniqueConstraint("subject", "account_id", "order_id"),
    Index("cases_queue", "state", "expected_loss", "id"),
    Index("cases_account", "account_id"),
)
scores = _table(
    "scores",
    _id(),
    _ref("case_id", "cases.id"),
    _ref("night_id", "nights.id"),
    _time("as_of"),
    Column("score", Integer, nullable=False),
    Column("probability", Float, nullable=False),
    _text("band"),
    _text("action"),
    Column("reasons", Json, nullable=False),
    Column("base_value", Float, nullable=False),
    _text("model_version"),
    _time("scored_at"),
    Column("early_lines", Boolean),
    Column("values", LargeBinary, nullable=False),
)
rules = _table(
    "rules",
    _id(),
    _text("name"),
    _text("subject"),
    _text("condition"),
    _text("action"),
    _text("why"),
    Column("figures", Json, nullable=False),
    _text("saved_by"),
    _time("saved_at"),
    _text("retired_by", null=True),
    _time("retired_at", null=True),
)
hits = _table("hits", _id(), _ref("rule_id", "rules.id"), _ref("score_id", "scores.id"))
decisions = _table(
    "decisions",
    _id(),
    _ref("case_id", "cases.id"),
    _text("step"),
    _text("action"),
    _text("reason"),
    _text("note"),
    _text("outcome", null=True),
    _text("by"),
    _time("at"),
    _ref("of", "decisions.id", null=True),
    _ref("score_id", "scores.id"),
    Column("lines", Json, nullable=False),
)
forms = _table(
    "forms",
    _id(),
    _text("account_id", unique=True),
    Column("form", Json, nullable=False),
    _text("entered_by"),
    _time("entered_at"),
)
lists = _table(
    "lists",
    _id(),
    _text("list"),
    _text("account_id"),
    _text("reason"),
    _time("expires_at"),
    _text("added_by"),
    _time("added_at"),
    _text("removed_by", null=True),
    _time("removed_at", null=True),
)
settings = _table(
    "settings",
    _id(),
    Column("content", Json, nullable=False),
    _text("why"),
    Column("figures", Json, nullable=False),
    _text("saved_by"),
    _time("saved_at"),
)
messages = _table(
    "messages",
    _id(),
    _text("key", unique=True),
    _text("event"),
    Column("body", Json, nullable=False),
    _text("state"),
    Column("attempts", Integer, nullable=False),
    _time("next_at"),
    _text("last_error"),
)
audit = _table(
    "audit",
    Column("number", Integer, primary_key=True, autoincrement=False),
    _time("at"),
    _text("who"),
    _text("event"),
    _text("about"),
    Column("details", Json, nullable=False),
    _text("previous"),
    _text("hash"),
    Index("audit_about", "about"),
)
audit_head = _table(
    "audit_head",
    Column("id", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    _text("hash"),
    _time("at"),
)

#: Tables whose rows never change; triggers hold them so.
FIXED = ("nights", "scores", "hits", "decisions", "forms", "settings", "audit")
