"""The exit codes of every job, in one place."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a job tells its scheduler.

    Examples
    --------
    >>> print("\\n".join(f"{code.value} {code.meaning}" for code in Exit))
    0 Done: the result is whole. A night with nothing to do is done, with empty tables.
    1 The program broke. No result; tell its makers.
    2 Bad input. No result; mend what the log names, or the whole message says.
    3 Another run is at work on this result. Nothing was done; try again later.
    4 Done, the result is whole, and a person should look at it: the log says why.
    """

    DONE = 0, "Done: the result is whole. A night with nothing to do is done, with empty tables."
    BROKEN = 1, "The program broke. No result; tell its makers."
    BAD_INPUT = 2, "Bad input. No result; mend what the log names, or the whole message says."
    BUSY = 3, "Another run is at work on this result. Nothing was done; try again later."
    LOOK = 4, "Done, the result is whole, and a person should look at it: the log says why."

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Exit:
        code = int.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        return code
