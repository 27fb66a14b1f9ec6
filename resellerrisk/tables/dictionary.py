"""The data dictionary: every table and column of the contract in words, written from the declarations.

`python -m resellerrisk.tables.dictionary > data/dictionary.md` writes the one in the repository; a test compares.
"""

from __future__ import annotations

from resellerrisk.tables.declare import Column, Kind, Table
from resellerrisk.tables.schemas import TABLES

_OPENING = """\
# Data dictionary

What a distributor hands over: a folder of `NAME.parquet` or `NAME.csv`, one file a table. Written from the declarations in
`resellerrisk/tables/schemas.py` by `python -m resellerrisk.tables.dictionary > data/dictionary.md`; do not edit it here.

- A row is known from one moment on, its *known at*. A result as of T uses what was known strictly before T.
- Times are UTC, to the second or finer; one with a zone is converted, one without is UTC. Of a date, the day counts as it is written.
- Ids are opaque text: `00123` stays `00123`. An empty cell is missing; `NA` is a text (Namibia).
- Words of a list may be written in capitals or with blanks around; they are held in the form given here.
- CSV is comma-separated UTF-8 with a header; numbers have a decimal point. Further columns are left alone.
- A row that breaks a rule is set aside with its reason; rows read = rows used + rows set aside.
"""

_CLOSING = """
## What comes back: scores

`score` writes `scores`, and row by row the same subjects in `contributions` (one column a signal, log-odds) and `signals` (their values).

| column | holds | unit | may be empty | meaning |
| --- | --- | --- | --- | --- |
| `account_id` | id |  | no | The account. |
| `order_id` | id |  | orders only | The order. |
| `as_of` | time (UTC) |  | no | The moment; only what was known before it counts. |
| `score` | whole number | 0-1000 | no | A clipped linear map of the calibrated log-odds. |
| `probability` | number | 0-1 | no | Calibrated, that the account is a fake retailer. |
| `band` | word |  | no | How high the probability stands, by the settings. |
| `action` | `release` · `ship_on_street_date` · `review` · `block` |  | no | What costs least; a person decides. |
| `reason_1` to `reason_5`, `reason_1_signal`, `reason_1_contribution` ... | text, column, number | log-odds | yes | What moved the score most, in a sentence; its signal; by how much. |
| `base_value` | number | log-odds | no | Where every score starts; with the contributions it adds up to the log-odds of the model. |
| `model_version` | text |  | no | The model. |
| `scored_at` | time (UTC) |  | no | When it was scored. |
| `sampled` | yes / no |  | no | Sent to review by chance alone (`random_review_share` of the settings), so that what scores miss can be estimated. |
| `review_probability` | number | 0-1 | no | How likely a person was to look at it: 1 where the score alone asks for it, else the share drawn by chance. |
"""


def data_dictionary() -> str:
    """The data dictionary as markdown.

    Returns
    -------
    str
        Ends in a line break.

    Examples
    --------
    >>> print(data_dictionary().splitlines()[0])
    # Data dictionary
    """
    return _OPENING + "".join(_describe_table(table) for table in TABLES.values()) + _CLOSING


def _describe_table(table: Table) -> str:
    known = f"Known at `{table.known_at}`." if table.known_at else "Known always."
    key = (
        f" `{'`, `'.join(table.key)}` {'is' if len(table.key) == 1 else 'are together'} unique."
        if table.key
        else ""
    )
    order = "".join(f" `{second}` is never before `{first}`." for first, second in table.in_order)
    need = "required" if table.required else "may be missing"
    lines = [
        f"\n## {table.name} ({need})\n",
        f"A row is {table.row_is}. {known}{key}{order}\n",
        "| column | holds | unit | may be empty | meaning |",
        "| --- | --- | --- | --- | --- |",
        *(_describe_column(column) for column in table.columns),
    ]
    return "\n".join(lines) + "\n"


def _describe_column(column: Column) -> str:
    empty = "no" if column.required else "yes"
    if column.may_be_absent:
        empty = "yes, or absent"
    meaning = column.meaning + (f" Names a row of {column.refers_to}." if column.refers_to else "")
    meaning += f" Known at `{column.known_at}`." if column.known_at else ""
    return f"| `{column.name}` | {_describe_cells(column)} | {column.unit} | {empty} | {meaning} |"


def _describe_cells(column: Column) -> str:
    if column.kind is Kind.WORD:
        return " · ".join(f"`{word}`" for word in column.allowed)
    if column.pattern:
        return f"text like `{column.example}`"
    return f"{column.kind.value}{column.bounds}"


if __name__ == "__main__":
    print(data_dictionary(), end="")
