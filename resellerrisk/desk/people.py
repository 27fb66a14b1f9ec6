"""Who may do what: users, passwords (argon2id), sessions kept on our side, one-time links, throttled logins.

Passwords and tokens are kept as hashes only, and go into no message, log or audit entry.
"""

from __future__ import annotations

import builtins
import hashlib
import hmac
import secrets
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select

from resellerrisk.desk import schema
from resellerrisk.desk.acting import acting, allow
from resellerrisk.desk.database import Change, Database
from resellerrisk.desk.records import Session, User
from resellerrisk.desk.refusals import DeskError, NotAllowed, NotThere, Throttled
from resellerrisk.desk.words import ROLES

_LINK_HOLDS, _LOGIN_HOLDS, _UNUSED = timedelta(hours=24), timedelta(hours=12), timedelta(hours=1)
_WINDOW, _PER_NAME, _PER_ADDRESS = timedelta(minutes=15), 5, 20
_HASHER = PasswordHasher()
#: What an unknown name's password is held against, so that it takes as long as a known one's.
_NOBODY = _HASHER.hash(secrets.token_hex())


class People:
    """The users of a desk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def first_link(self) -> str | None:
        """A one-time token that makes the first admin, or None where there is a user already.

        Each call makes the token before it useless; it holds for 24 hours.
        """
        with self._database.change() as change:
            if change.execute(select(func.count()).select_from(schema.users)).scalar_one():
                return None
            change.execute(schema.links.update().values(expires_at=change.at))
            return self._make_link(change, "system", "admin")

    def invite(self, by: User, role: str) -> str:
        """A one-time token with which somebody makes their own user of that role (admins only); it holds for 24 hours."""
        allow(by, "keep_users")
        _check_role(role)
        with acting(self._database, by, "keep_users") as change:
            return self._make_link(change, by.name, role)

    def reset_link(self, by: User, name: str) -> str:
        """A one-time token with which a user sets a new password (admins only); it holds for 24 hours."""
        allow(by, "keep_users")
        with acting(self._database, by, "keep_users") as change:
            row = _find(change.connection, name)
            return self._make_link(change, by.name, row.role, row.id)

    def use_link(self, token: str, name: str, password: str) -> User:
        """Make the user that a one-time token stands for, or set that user's new password.

        Raises
        ------
        DeskError
            The token is unknown, used or expired; the name is taken, no name, or another's; the password has less than 12
            characters, or more than 1,000 bytes.
        """
        _check_name(name)
        _check_password(password)
        with self._database.change() as change:
            links = schema.links
            link = change.execute(select(links).where(links.c.token_hash == _digest(token))).one_or_none()
            if link is None or link.used_at is not None or link.expires_at <= change.at:
                raise DeskError("This link is unknown, used or expired.", hint="ask an admin for a new one")
            change.execute(links.update().where(links.c.id == link.id).values(used_at=change.at))
            if link.user_id is not None:
                return self._reset(change, link.user_id, name, password)
            return self._add(change, name, name, link.role, password)

    def add(self, by: User, name: str, role: str, password: str | None = None) -> User:
        """Add a user. Without a password they come in through a reverse proxy only."""
        allow(by, "keep_users")
        _check_role(role)
        _check_name(name)
        if password is not None:
            _check_password(password)
        with acting(self._database, by, "keep_users") as change:
            return self._add(change, by.name, name, role, password)

    def list(self) -> builtins.list[User]:
        """All users by name, those who left too."""
        with self._database.read() as connection:
            return [
                _user(row) for row in connection.execute(select(schema.users).order_by(schema.users.c.name))
            ]

    def get(self, name: str) -> User:
        """A user by name; raises `NotThere`."""
        return _user(self._read(name))

    def set_role(self, by: User, name: str, role: str) -> User:
        """Give a user another role. The last active admin stays one (`DeskError`)."""
        _check_role(role)
        return self._change(by, name, "changed a role", role=role)

    def set_active(self, by: User, name: str, active: bool) -> User:
        """Let a user in or keep them out; keeping out ends their sessions. Nobody is deleted: decisions keep their names."""
        return self._change(by, name, "let in" if active else "kept out", active=active)

    def set_password(
        self, by: User, name: str, password: str, old: str | None = None, *, keep: str = ""
    ) -> None:
        """Change a password: one's own with the old one, another's as admin. Ends the user's sessions.

        Parameters
        ----------
        old : str, optional
            The password so far; wanted where it is one's own.
        keep : str
            The token of a session that stays.

        Raises
        ------
        NotAllowed
            Another's without being admin, or one's own with a wrong old password.
        """
        _check_password(password)
        row = self._read(name)
        if by.name != name:
            allow(by, "keep_users")
        elif not _fits(row.password_hash or _NOBODY, old or ""):
            raise NotAllowed("The old password is wrong.")
        hashed = _HASHER.hash(password)
        with acting(self._database, by, "keep_users" if by.name != name else "read") as change:
            users = schema.users
            change.execute(users.update().where(users.c.name == name).values(password_hash=hashed))
            self._end_sessions(change, row.id, keep)
            change.note(by.name, "changed a password", f"user/{name}")

    def login(self, name: str, password: str, address: str = "") -> Session:
        """Check a password and open a session of 12 hours (one hour without use ends it).

        Parameters
        ----------
        address : str
            Where the request came from; throttled too.

        Raises
        ------
        Throttled
            Five failures of a name or twenty of an address within 15 minutes. The password is then not looked at.
        NotAllowed
            Wrong, unknown or not active: one and the same message, in the same time.
        """
        names, now = {f"name/{name}": _PER_NAME, f"from/{address}": _PER_ADDRESS}, self._database.clock()
        users, failures = schema.users, schema.failures
        with self._database.read() as connection:
            for about, most in names.items():
                wanted = select(failures.c.at).where(failures.c.about == about, failures.c.at > now - _WINDOW)
                times = sorted(connection.execute(wanted).scalars())
                if len(times) >= most:
                    raise Throttled(int((times[-most] + _WINDOW - now).total_seconds()) + 1)
            row = connection.execute(select(users).where(users.c.name == name)).one_or_none()
        known = row is not None and row.active and row.password_hash is not None
        if not (_fits(row.password_hash if known else _NOBODY, password) and known):
            with self._database.change() as change:
                for about in names:
                    change.insert(failures, about=about, at=change.at)
                change.note("system", "login failed", f"user/{name}")
            raise NotAllowed("Name or password is wrong.")
        token = secrets.token_urlsafe(32)
        with self._database.change() as change:
            change.execute(failures.delete().where(failures.c.about == f"name/{name}"))
            until = change.at + _LOGIN_HOLDS
            change.insert(
                schema.sessions,
                token_hash=_digest(token),
                user_id=row.id,
                expires_at=until,
                used_at=change.at,
            )
            change.note(name, "logged in", f"user/{name}")
        return Session(_user(row), until, token, _csrf(token))

    def session(self, token: str) -> Session | None:
        """The session of a token, or None where there is none any more. Marks it as used (at most once a minute)."""
        users, sessions, now = schema.users, schema.sessions, self._database.clock()
        wanted = select(
            users, sessions.c.id.label("session_id"), sessions.c.expires_at, sessions.c.used_at
        ).join(sessions, sessions.c.user_id == users.c.id)
        held = (sessions.c.token_hash == _digest(token), sessions.c.ended_at.is_(None), users.c.active)
        with self._database.read() as connection:
            row = connection.execute(wanted.where(*held)).one_or_none()
        if row is None or now >= row.expires_at or now >= row.used_at + _UNUSED:
            return None
        if now >= row.used_at + timedelta(minutes=1):
            with self._database.change() as change:
                change.execute(sessions.update().where(sessions.c.id == row.session_id).values(used_at=now))
        return Session(_user(row), row.expires_at, token, _csrf(token))

    def logout(self, token: str) -> None:
        """End a session."""
        sessions = schema.sessions
        with self._database.change() as change:
            change.execute(
                sessions.update().where(sessions.c.token_hash == _digest(token)).values(ended_at=change.at)
            )

    def from_proxy(self, name: str, role: str | None = None) -> User:
        """The user whom a trusted reverse proxy names.

        Parameters
        ----------
        name : str
            What the proxy's header holds. Whether the request came from the proxy is the caller's to know.
        role : str, optional
            Make an unknown user with this role; None: refuse them.

        Raises
        ------
        NotAllowed
            Unknown, or not active.
        """
        users = schema.users
        with self._database.read() as connection:
            row = connection.execute(select(users).where(users.c.name == name)).one_or_none()
        if row is None and role is not None:
            _check_role(role)
            _check_name(name)
            with self._database.change() as change:
                return self._add(change, "proxy", name, role, None)
        if row is None or not row.active:
            raise NotAllowed("The proxy names a user who may not come in.", hint="ask an admin")
        return _user(row)

    def _read(self, name: str):
        with self._database.read() as connection:
            return _find(connection, name)

    def _change(self, by: User, name: str, event: str, **told) -> User:
        users = schema.users
        with acting(self._database, by, "keep_users") as change:
            row = _find(change.connection, name)
            change.execute(users.update().where(users.c.id == row.id).values(**told))
            admins = select(func.count()).where(users.c.role == "admin", users.c.active)
            if not change.execute(admins).scalar_one():
                raise DeskError(f"{name!r} is the last admin.", hint="make another user an admin first")
            if not told.get("active", True):
                self._end_sessions(change, row.id)
            change.note(by.name, event, f"user/{name}", **told)
            return _user(_find(change.connection, name))

    def _end_sessions(self, change: Change, user: int, keep: str = "") -> None:
        sessions = schema.sessions
        others = (sessions.c.user_id == user, sessions.c.ended_at.is_(None))
        kept = sessions.c.token_hash != _digest(keep)
        change.execute(sessions.update().where(*others, kept).values(ended_at=change.at))

    def _make_link(self, change: Change, by: str, role: str, user: int | None = None) -> str:
        token = secrets.token_urlsafe(32)
        told = {"role": role, "made_by": by, "expires_at": change.at + _LINK_HOLDS, "user_id": user}
        change.insert(schema.links, token_hash=_digest(token), **told)
        change.note(by, "made a link", "users", role=role, user=user)
        return token

    def _reset(self, change: Change, user: int, name: str, password: str) -> User:
        users = schema.users
        row = change.execute(select(users).where(users.c.id == user)).one()
        if row.name != name or not row.active:
            raise DeskError("This link is another user's.", hint="type the name of the user it was made for")
        hashed = _HASHER.hash(password)
        change.execute(users.update().where(users.c.id == user).values(password_hash=hashed))
        self._end_sessions(change, user)
        change.note(name, "changed a password", f"user/{name}")
        return _user(row)

    def _add(self, change: Change, by: str, name: str, role: str, password: str | None) -> User:
        if change.execute(select(schema.users.c.id).where(schema.users.c.name == name)).first():
            raise DeskError(f"There is a user {name!r} already.", hint="choose another name")
        hashed = None if password is None else _HASHER.hash(password)
        told = {"name": name, "role": role, "active": True, "created_at": change.at}
        id = change.insert(schema.users, password_hash=hashed, **told)
        change.note(by, "added a user", f"user/{name}", role=role)
        return User(id, **told)


def _user(row) -> User:
    return User(row.id, row.name, row.role, row.active, row.created_at)


def _find(connection, name: str):
    row = connection.execute(select(schema.users).where(schema.users.c.name == name)).one_or_none()
    if row is None:
        raise NotThere(f"There is no user {name!r}.", hint="resellerrisk desk users")
    return row


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise DeskError(f"There is no role {role!r}.", f"Roles: {', '.join(ROLES)}.")


def _check_name(name: str) -> None:
    if not (0 < len(name) <= 100 and name.isprintable() and name == name.strip()):
        raise DeskError("A user's name has 1 to 100 visible characters.")


def _check_password(password: str) -> None:
    if len(password) < 12 or len(password.encode("utf-8", "surrogatepass")) > 1000:
        raise DeskError("A password has 12 characters or more, and at most 1,000 bytes.")


def _fits(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _csrf(token: str) -> str:
    return hmac.new(token.encode("utf-8", "surrogatepass"), b"csrf", hashlib.sha256).hexdigest()
