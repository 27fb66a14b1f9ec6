"""Bank, card and tax values as a case shows them: enough to compare two by eye, too little to use.

What is computed and recomputed stands on the whole values; only what is shown or written is masked.
"""

from __future__ import annotations

import pandas as pd

#: Kinds of identifiers, and fields of the form, that are masked.
MASKED = ("bank", "card", "tax_id")
_KEPT, _SHORTEST = 4, 8
_VALUES = ("value", "other_value")


def mask(value: object) -> str:
    """A value with its last four characters; a short one without any.

    >>> mask("DE89 3704 0044 0532 0130 00"), mask("12345"), mask(None)
    ('•••• 3000', '••••', 'not known')
    """
    if value is None or value != value:
        return "not known"
    text = "".join(str(value).split())
    return "••••" + (f" {text[-_KEPT:]}" if len(text) >= _SHORTEST else "")


def mask_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of evidence as they may be shown.

    Masked are ``value`` and ``other_value`` of the kinds in `MASKED`, what was ``said`` in such a field of the form, and columns of
    that name.

    >>> mask_rows(pd.DataFrame({"kind": ["bank", "phone"], "value": ["DE89370400440532", "+1 212 555 0100"]}))["value"].tolist()
    ['•••• 0532', '+1 212 555 0100']
    """
    shown = rows
    for column in MASKED:
        if column in rows:
            shown = shown.assign(**{column: rows[column].map(mask, na_action=None)})
    for told, columns in (("kind", _VALUES), ("field", ("said",))):
        secret = (
            rows[told].astype(object).isin(MASKED) if told in rows else pd.Series(False, index=rows.index)
        )
        for column in columns:
            if column in rows and secret.any():
                cells = shown[column].astype(object)
                shown = shown.assign(**{column: cells.where(~secret, cells.map(mask, na_action=None))})
    return shown
