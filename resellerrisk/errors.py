"""How an error is worded, in one place: what is wrong, what there is, and the one thing to do next.

No personal data goes into an error: ids, file, row and column names only, and of a faulty cell its value.
"""

from __future__ import annotations


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
    faults: tuple = ()

    def __init__(self, what: str, there_is: str = "", hint: str = "") -> None:
        self.what, self.there_is, self.hint = what, there_is, hint
        super().__init__("\n".join(filter(None, [what, there_is, f"Hint: {hint}" if hint else ""])))


class InputError(ResellerRiskError):
    """A table, a cell or an option that cannot be used as it is."""


class DeclarationError(ResellerRiskError):
    """A signal, a settings file or a catalogue that contradicts itself."""


class ModelError(ResellerRiskError):
    """A model that is missing, does not fit the data, or was changed."""


class MatrixError(ModelError, ValueError):
    """A matrix that a model cannot take; also a ValueError, as scikit-learn's tools expect."""
