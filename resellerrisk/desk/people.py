"""Who may do what: users, passwords (argon2id), sessions kept on our side, one-time links, throttled logins.

Passwords and tokens are kept as hashes only, and go into no message, log or audit entry.
"""

from __future__ import annotations

from resellerrisk.desk.records import Session, User


class People:
    """The users of a desk."""

    def first_link(self) -> str | None:
        """A one-time token that makes the first admin, or None where there is a user already.

        Each call makes the token before it useless; it holds for 24 hours.
        """
        raise NotImplementedError

    def invite(self, by: User, role: str) -> str:
        """A one-time token with which somebody makes their own user of that role (admins only); it holds for 24 hours."""
        raise NotImplementedError

    def use_link(self, token: str, name: str, password: str) -> User:
        """Make the user that a one-time token stands for.

        Raises
        ------
        DeskError
            The token is unknown, used or expired; the name is taken or no name; the password has less than 12 characters, or
            more than 1,000 bytes.
        """
        raise NotImplementedError

    def add(self, by: User, name: str, role: str, password: str | None = None) -> User:
        """Add a user. Without a password they come in through a reverse proxy only."""
        raise NotImplementedError

    def list(self) -> list[User]:
        """All users by name, those who left too."""
        raise NotImplementedError

    def get(self, name: str) -> User:
        """A user by name; raises `NotThere`."""
        raise NotImplementedError

    def set_role(self, by: User, name: str, role: str) -> User:
        """Give a user another role. The last active admin stays one (`DeskError`)."""
        raise NotImplementedError

    def set_active(self, by: User, name: str, active: bool) -> User:
        """Let a user in or keep them out; keeping out ends their sessions. Nobody is deleted: decisions keep their names."""
        raise NotImplementedError

    def set_password(self, by: User, name: str, password: str, old: str | None = None) -> None:
        """Change a password: one's own with the old one, another's as admin. Ends the user's other sessions."""
        raise NotImplementedError

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
        raise NotImplementedError

    def session(self, token: str) -> Session | None:
        """The session of a token, or None where there is none any more. Marks it as used (at most once a minute)."""
        raise NotImplementedError

    def logout(self, token: str) -> None:
        """End a session."""
        raise NotImplementedError

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
        raise NotImplementedError
