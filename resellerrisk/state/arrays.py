"""Plain files of a state: arrays that are mapped into memory, texts and frames that are read where they lie."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from resellerrisk.tables.arrow import map_table, save_table

#: Which columns of a folder of arrays are moments.
_KINDS = "kinds.json"


def save_arrays(folder: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Lay arrays side by side, a file each; moments (datetime64[us]) stay moments.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "some"
    >>> save_arrays(folder, {"at": np.array([5]).view("datetime64[us]"), "n": np.array([1, 2])})
    >>> map_arrays(folder)["at"].dtype.kind, map_arrays(folder)["n"].tolist()
    ('M', [1, 2])
    """
    save_columns(folder, arrays.items())


def save_columns(folder: Path, columns: Iterable[tuple[str, np.ndarray]]) -> None:
    """`save_arrays` of arrays that come one after the other, so that only one need be in memory."""
    folder.mkdir(parents=True)
    names, moments = [], []
    for name, column in columns:
        column = np.asarray(column)
        names.append(name)
        if column.dtype.kind == "M":
            moments.append(name)
            column = column.view(np.int64)
        np.save(folder / f"{name}.npy", column)
    (folder / _KINDS).write_text(json.dumps({"moments": moments, "arrays": names}))


def map_arrays(folder: Path) -> dict[str, np.ndarray]:
    """The arrays of a folder as they lie on disk; what is not asked for is not read."""
    kinds = json.loads((folder / _KINDS).read_text())
    found = {name: map_array(folder / f"{name}.npy") for name in kinds["arrays"]}
    return found | {name: found[name].view("datetime64[us]") for name in kinds["moments"]}


def map_array(path: Path) -> np.ndarray:
    """A column as it lies on disk, as a plain array."""
    return np.asarray(np.load(path, mmap_mode="r"))


def save_texts(path: Path, texts) -> None:
    """Write a list of texts."""
    save_table(path, pa.table({"text": pa.array(list(texts), pa.large_string())}))


def map_texts(path: Path) -> pa.Array:
    """A list of texts as it lies on disk."""
    column = map_table(path)["text"]
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def load_texts(path: Path) -> np.ndarray:
    """A list of texts, all of them as Python strings."""
    return map_texts(path).to_numpy(zero_copy_only=False)


def take_texts(texts: pa.Array, places: np.ndarray) -> np.ndarray:
    """Some texts as Python strings.

    >>> take_texts(pa.array(["a", "b", "c"], pa.large_string()), np.array([2, 0])).tolist()
    ['c', 'a']
    """
    return texts.take(pa.array(places)).to_numpy(zero_copy_only=False)


def save_frame(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame; its index is left out."""
    save_table(path, pa.Table.from_pandas(frame, preserve_index=False))


def load_frame(path: Path, rows: np.ndarray | None = None, plain: Sequence[str] = ()) -> pd.DataFrame:
    """A frame, or some of its rows; of some columns the texts themselves, so that a long list of words is not read for a few rows."""
    table = map_table(path)
    if rows is not None:
        table = table.combine_chunks().take(pa.array(rows))
    for name in plain:
        texts = pc.cast(table[name], pa.string())
        table = table.set_column(table.column_names.index(name), name, texts)
    return table.to_pandas()
