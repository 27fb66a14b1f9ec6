"""Whether goods go to the address on the account's own form, however the two are written."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from resellerrisk.signals.arrange import as_first_of_each, first_of_each


def holds_own_address(place: str, street: str | None, postcode: str | None) -> bool:
    """Whether an address names a street and postcode, however written.

    >>> holds_own_address("Shop, 12 Oak-Ave, 55290 Town", "12 oak ave", "55290"), holds_own_address("12 Oak Ave", None, None)
    (True, False)
    """
    told, own, code = (
        "" if pd.isna(text) else _NO_WORD.sub("", text.casefold()) for text in (place, street, postcode)
    )
    return bool(own) and own in told and code in told


def go_home(account: np.ndarray, place: np.ndarray, texts: np.ndarray, streets, postcodes) -> np.ndarray:
    """Whether each row goes to the address on its account's own form: street and postcode stand in it.

    Parameters
    ----------
    account : int64[n]
        Rising.
    place : int64[n]
        Code of the address; -1 where none is given.
    texts : object[n_places]
        What codes of addresses count.
    streets, postcodes : sequence of str, shape (n_accounts,)

    Examples
    --------
    >>> go_home(np.array([0, 0]), np.array([0, -1]), np.array(["12 Oak Ave, 55290"]), ["12 oak ave"], ["55290"])
    array([ True, False])
    """
    shipped = _plain(pd.Series(texts, dtype=object))
    streets, postcodes = (_plain(pd.Series(np.asarray(column, object))) for column in (streets, postcodes))
    first = first_of_each(account, place, place >= 0)
    same = np.zeros(len(account), bool)
    same[first] = [
        bool(streets[who]) and streets[who] in shipped[to] and postcodes[who] in shipped[to]
        for who, to in zip(account[first].tolist(), place[first].tolist(), strict=True)
    ]
    return as_first_of_each(account, place, same)


#: What two spellings of one address may differ in.
_NO_WORD = re.compile(r"[\W_]+")


def _plain(texts: pd.Series) -> np.ndarray:
    """Texts without case, blanks and punctuation, so that two spellings of one address compare; missing is empty."""
    return texts.fillna("").str.casefold().str.replace(_NO_WORD, "", regex=True).to_numpy(object)
