"""How an error is worded, in one place: what is wrong, what there is, and the one thing to do next.

No personal data goes into an error: ids, file, row and column names only, and of a faulty cell its value.
"""

from __future__ import annotations

import errno
import os
import re
from typing import Any


def make_plain(text: str) -> str:
    """A text in which nothing is left that a terminal would obey; lines stay lines.

    >>> make_plain("a name\\x1b[2J of a column")
    'a name�[2J of a column'
    """
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)


class ResellerRiskError(Exception):
    """Something a user can mend; the command line prints it and exits with code 2.

    Parameters
    ----------
    what : str
        What is wrong: name, value, file, row.
    there_is : str, optional
        What there is instead.
    hint : str, optional
        The one thing to do next, typeable where it can be.

    Examples
    --------
    >>> print(ResellerRiskError("No model serves 'order' yet.", hint="resellerrisk train DATA --subject order"))
    No model serves 'order' yet.
    Hint: resellerrisk train DATA --subject order
    """

    exit_code = 2
    #: The faults behind the message, where it tells of faulty tables (`resellerrisk.tables.Fault`).
    faults: tuple[Any, ...] = ()

    def __init__(self, what: str, there_is: str = "", hint: str = "") -> None:
        self.what, self.there_is, self.hint = map(make_plain, (what, there_is, hint))
        told = [self.what, self.there_is, f"Hint: {self.hint}" if hint else ""]
        super().__init__("\n".join(filter(None, told)))


class InputError(ResellerRiskError):
    """A table, a cell or an option that cannot be used as it is."""


class DeclarationError(ResellerRiskError):
    """A signal, a settings file or a catalogue that contradicts itself."""


class ModelError(ResellerRiskError):
    """A model that is missing, does not fit the data, or was changed."""


class MatrixError(ModelError, ValueError):
    """A matrix that a model cannot take; also a ValueError, as scikit-learn's tools expect."""


class MachineError(ResellerRiskError):
    """The machine refuses: a full disk, a folder that may not be written to."""


_FOLDER = "name a folder that may be written to (--home, --out)"
#: Faults of the machine that a user can mend, and how.
_HINTS = {
    errno.ENOSPC: "free some room, and run it again: nothing half-written is left",
    errno.EDQUOT: "free some room, and run it again: nothing half-written is left",
    errno.EROFS: _FOLDER,
    errno.EACCES: f"{_FOLDER}, or give yourself the right to it",
    errno.EPERM: f"{_FOLDER}, or give yourself the right to it",
    errno.EEXIST: "a file stands where a folder is wanted; name another path",
    errno.ENOTDIR: "a part of the path is a file; name another folder",
    errno.EISDIR: "a folder stands where a file is wanted; name another path",
    errno.ENAMETOOLONG: "name a shorter path",
    errno.ELOOP: "the path goes round in links; name another",
    errno.EIO: "look at the disk's own messages; it cannot be read or written there",
}


def of_the_machine(error: OSError) -> MachineError | None:
    """A fault of the machine as a message that says what to do; None where it is none that a user can mend.

    An error that gathers others (of copying a folder) has no number of its own; the first number it tells counts.

    Examples
    --------
    >>> print(of_the_machine(OSError(errno.ENOSPC, "", "scores/scores.parquet")))
    No space left on device: scores/scores.parquet.
    Hint: free some room, and run it again: nothing half-written is left
    >>> of_the_machine(OSError([("a", "b", "[Errno 28] No space left on device: 'b'")])).what
    'No space left on device.'
    >>> of_the_machine(OSError(errno.EBADF, "")) is None
    True
    """
    if error.errno is None and (told := re.search(r"\[Errno (\d+)\]", str(error))):
        return of_the_machine(OSError(int(told.group(1)), ""))
    if error.errno not in _HINTS:
        return None
    where = f": {error.filename}" if isinstance(error.filename, str | os.PathLike) else ""
    return MachineError(f"{os.strerror(error.errno)}{where}.", hint=_HINTS[error.errno])
