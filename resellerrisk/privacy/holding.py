"""Files that hold something about an account: found, handed over, and removed so that nothing of it is found any more.

Tables with an `account_id` lose the account's rows and are written anew; case files of the account are deleted; a result's `run.json`
gets the new hashes, so that the result is still whole. A kept state cannot lose one account, since the links of others hang on it:
it is told, and built anew from DATA without the account. Other files that name the account are told, not touched.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from resellerrisk.errors import InputError
from resellerrisk.jobs import write_whole
from resellerrisk.jobs.folder import FACTS, hash_files
from resellerrisk.state.kind import follows_nights, read_told
from resellerrisk.tables import write_frame

#: Column by which a table names an account.
ACCOUNT = "account_id"
#: What is removed; the other kinds are told.
_REMOVED = ("rows", "case file")
#: The desk's own database, which the desk itself looks into.
DESK = "desk.db"


@dataclass(frozen=True)
class Held:
    """A file that holds something about an account.

    Attributes
    ----------
    path : Path
    kind : str
        "rows" of a table, a "case file", a kept "state", or a "mention" elsewhere.
    count : int
        How many rows; 1 for other kinds.
    """

    path: Path
    kind: str
    count: int


def find_files(folders: Iterable[Path], account_id: str) -> list[Held]:
    """Every file of some folders that holds something about an account.

    Raises
    ------
    InputError
        No account is named, or a folder is not there.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_frame(pd.DataFrame({"account_id": ["A1", "A2"]}), folder / "scores.parquet")
    >>> [(held.path.name, held.kind, held.count) for held in find_files([folder], "A1")]
    [('scores.parquet', 'rows', 1)]
    """
    if not account_id.strip():
        raise InputError("No account is named.", hint="give its id as DATA has it")
    found: list[Held] = []
    for folder in folders:
        if not folder.is_dir():
            raise InputError(
                f"{folder} is not a folder.", hint="name the folder of a home, of results or of case files"
            )
        states = [path.parent for path in sorted(folder.rglob(FACTS)) if read_told(path.parent)]
        states = [state for state in states if not any(other in state.parents for other in states)]
        found += [Held(state, "state", 1) for state in states if _state_holds(state, account_id)]
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
            if path.name.startswith(DESK) or any(state in path.parents for state in states):
                continue
            found += _look_into(path, account_id)
    return found


def _state_holds(folder: Path, account_id: str) -> bool:
    """Whether a state knows the account; one that cannot be opened (of another program, damaged) is taken to."""
    from resellerrisk.state.holding import knows_account
    from resellerrisk.state.store import open_state

    try:
        if follows_nights(folder):
            return knows_account(folder, account_id)
        return account_id in open_state(folder).market.account_ids
    except InputError:
        return True


def read_held(held: Held, account_id: str) -> object:
    """What a file holds about an account, as JSON can take it."""
    if held.kind == "rows":
        frame = read_table(held.path)
        rows = frame[_texts(frame[ACCOUNT]) == account_id]
        return json.loads(rows.to_json(orient="records", date_format="iso"))
    if held.kind == "case file" and held.path.suffix == ".json":
        return json.loads(held.path.read_text("utf-8"))
    if held.kind == "state":
        return f"the kept state {held.path.name} holds the account's rows as DATA has them"
    return f"the file {held.path.name} {'is about' if held.kind == 'case file' else 'names'} the account"


def erase_files(folders: Iterable[Path], account_id: str) -> tuple[list[Held], list[Held]]:
    """Remove an account from the files of some folders.

    Returns
    -------
    erased, left : list of Held
        What was removed, and what a second look still finds: mentions that a person must look at, and kept states that must be built
        anew.
    """
    folders = list(folders)
    found = find_files(folders, account_id)
    changed = set()
    for held in found:
        if held.kind == "rows":
            frame = read_table(held.path)
            write_frame(frame[_texts(frame[ACCOUNT]) != account_id].reset_index(drop=True), held.path)
        elif held.kind == "case file":
            held.path.unlink()
        if held.kind in _REMOVED:
            changed.add(held.path.parent)
    for folder in sorted(changed):
        seal_again(folder, folders)
    return [held for held in found if held.kind in _REMOVED], find_files(folders, account_id)


def _look_into(path: Path, account_id: str) -> Iterator[Held]:
    if path.suffix in (".parquet", ".csv"):
        frame = read_table(path) if has_column(path, ACCOUNT) else None
        rows = 0 if frame is None else int((_texts(frame[ACCOUNT]) == account_id).sum())
        if rows:
            yield Held(path, "rows", rows)
            return
    elif _is_case(path, account_id):
        yield Held(path, "case file", 1)
        return
    if path.suffix != ".parquet" and _names(path.read_bytes(), account_id.encode()):
        yield Held(path, "mention", 1)


def _is_case(path: Path, account_id: str) -> bool:
    """A case's page or its JSON twin: the twin says whose case it is, whatever the files are called."""
    twin = path.with_suffix(".json")
    if path.suffix not in (".json", ".html"):
        return False
    if not twin.is_file():
        return path.stem == account_id
    try:
        told = json.loads(twin.read_text("utf-8"))
    except ValueError:
        return path.stem == account_id
    return isinstance(told, dict) and told.get(ACCOUNT) == account_id


def _names(content: bytes, word: bytes) -> bool:
    """Whether a word stands in some bytes, not as a part of a longer one."""
    at = content.find(word)
    while at >= 0:
        around = content[at - 1 : at] + content[at + len(word) : at + len(word) + 1]
        if not any(sign.isalnum() for sign in around.decode("latin-1")):
            return True
        at = content.find(word, at + 1)
    return False


def has_column(path: Path, column: str) -> bool:
    """Whether a parquet or CSV file has a column."""
    if path.suffix == ".parquet":
        return column in pq.read_schema(path).names
    return column in _header(path)


def _header(path: Path) -> list[str]:
    try:
        return list(pd.read_csv(path, nrows=0).columns)
    except pd.errors.EmptyDataError:
        return []


def read_table(path: Path) -> pd.DataFrame:
    """A table as its file holds it; of CSV all cells as texts."""
    return (
        pd.read_parquet(path)
        if path.suffix == ".parquet"
        else pd.read_csv(path, dtype=str, keep_default_na=False)
    )


def _texts(cells: pd.Series) -> pd.Series:
    return cells.astype(object).map(str)


def seal_again(folder: Path, roots: list[Path]) -> None:
    """Write the new hashes into the run.json of the result that a changed file belongs to."""
    for place in (folder, *folder.parents):
        facts = place / FACTS
        if facts.is_file():
            told = json.loads(facts.read_text("utf-8"))
            if "files" in told:
                told["files"] = {name: sha for name, sha in hash_files(place).items() if name != FACTS}
                write_whole(facts, json.dumps(told, indent=2, default=str) + "\n")
            return
        if place in roots:
            return
