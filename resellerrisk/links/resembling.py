"""Forms that resemble each other in several fields at once, by Splink on DuckDB: for large books, where one slip in a name alone says little.

Exact and nearly equal values make the links of `find`; this looks at whole forms (Fellegi and Sunter), weighs agreement by how rare it is in the
book, and needs no label. What it gives is a list for people, with the kinds that agree; it makes no signal and joins no group. Extra `splink`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from resellerrisk.errors import InputError
from resellerrisk.links.normalise import normalise
from resellerrisk.tables.moments import as_utc

#: Pairs less likely than this to be one shop's are not listed.
LEAST = 0.9
#: Pairs drawn to learn how often values of strangers agree.
_PAIRS_DRAWN = 1_000_000
#: Assumption: of the pairs of one shop such a share agrees in telephone or mail address, by which the share of pairs of one shop is estimated.
_FOUND_BY_RULES = 0.7
KINDS = ("name", "address", "phone", "email", "website", "tax_id")


def find_resembling(market, as_of, *, least: float = LEAST, seed: int = 1) -> pd.DataFrame:
    """Pairs of accounts whose application forms look like one shop's.

    Parameters
    ----------
    market : Market
        Only forms of accounts that applied strictly before the moment count.
    as_of : str or Timestamp
        UTC.
    least : float, in (0, 1)
        Pairs less likely are left out.
    seed : int
        Of the pairs drawn; the same forms and seed give the same pairs.

    Returns
    -------
    DataFrame
        `account_id`, `other_id` (the smaller id first), `probability`, `same` and `near` (kinds that agree, or nearly, as one text), likeliest
        first. Empty where fewer than two forms are known.

    Raises
    ------
    InputError
        Where Splink is not installed, or `least` is out of its range.

    Source
    ------
    Fellegi and Sunter 1969, A theory for record linkage; Splink 5 (MIT) by the UK Ministry of Justice.
    """
    if not 0 < least < 1:
        raise InputError(f"least is {least}.", "It is a probability between 0 and 1.")
    forms = list_forms(market, as_of)
    if len(forms) < 2:
        return _tell(pd.DataFrame(columns=["account_id_l", "account_id_r", "match_probability"]))
    linker = _link(forms)
    rules, training = linker[1], linker[0].training
    training.estimate_probability_two_random_records_match(rules, recall=_FOUND_BY_RULES)
    training.estimate_u_using_random_sampling(max_pairs=_PAIRS_DRAWN, seed=seed)
    found = linker[0].inference.predict(threshold_match_probability=least).as_pandas_dataframe()
    return _tell(found)


def list_forms(market, as_of) -> pd.DataFrame:
    """Forms known before a moment, in one spelling: `account_id` and `KINDS`, None where a value identifies nobody."""
    moment = as_utc(as_of)
    forms = market.accounts[market.accounts["applied_at"] < moment].sort_values("account_id")
    country = forms["country"].astype(object)
    told = {
        "name": normalise("name", forms["legal_name"]),
        "address": normalise("address", _one_line(forms)),
        **{kind: normalise(kind, forms[kind], country) for kind in KINDS[2:]},
    }
    frame = pd.DataFrame(told, dtype=object)
    frame.insert(0, "account_id", forms["account_id"].astype(str).to_numpy())
    return frame.where(frame != "", None)


def _one_line(forms: pd.DataFrame) -> np.ndarray:
    street, postcode = (forms[name].astype(object) for name in ("street", "postcode"))
    return (street + "|" + postcode.fillna("")).where(street.notna(), None).to_numpy(object)


def _link(forms: pd.DataFrame):
    """A linker over forms, and the rules by which pairs come into question."""
    try:
        from splink import DuckDBAPI, Linker, SettingsCreator, block_on
        from splink import comparison_library as compare
    except ImportError:
        raise InputError("Splink is not installed.", hint="pip install 'resellerrisk[splink]'") from None
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="account_id",
        comparisons=[
            compare.JaroWinklerAtThresholds("name", [0.92]),
            compare.LevenshteinAtThresholds("address", 2),
            compare.LevenshteinAtThresholds("phone", 1),
            compare.LevenshteinAtThresholds("email", 1),
            compare.ExactMatch("website"),
            compare.ExactMatch("tax_id"),
        ],
        blocking_rules_to_generate_predictions=[
            *(block_on(kind) for kind in KINDS),
            block_on("substr(name, 1, 5)"),
            block_on("substr(address, 1, 6)"),
        ],
        retain_intermediate_calculation_columns=True,
    )
    table = DuckDBAPI().register(forms)
    return Linker(table, settings, log_level="ERROR"), [block_on("phone"), block_on("email")]


def _tell(found: pd.DataFrame) -> pd.DataFrame:
    """Splink's pairs as rows for people; its levels are the highest for equal values, one less for near ones."""
    levels = {kind: found.get(f"gamma_{kind}", pd.Series(0, found.index)) for kind in KINDS}
    highest = {kind: 1 if kind in ("website", "tax_id") else 2 for kind in KINDS}
    first, second = (found[f"account_id_{side}"].astype(str) for side in "lr")
    told = pd.DataFrame(
        {
            "account_id": first.where(first < second, second),
            "other_id": second.where(first < second, first),
            "probability": found["match_probability"].astype(float),
            "same": _list_kinds({kind: levels[kind] == highest[kind] for kind in KINDS}, found.index),
            "near": _list_kinds(
                {kind: (levels[kind] == 1) & (highest[kind] == 2) for kind in KINDS}, found.index
            ),
        }
    )
    order = ["probability", "account_id", "other_id"]
    return told.sort_values(order, ascending=[False, True, True], ignore_index=True)


def _list_kinds(agrees: dict[str, pd.Series], index) -> pd.Series:
    told = pd.DataFrame(agrees, index=index)
    return pd.Series([tuple(told.columns[row]) for row in told.to_numpy(bool)], index, dtype=object)
