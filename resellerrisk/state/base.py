"""A state of a Monday, read as far as it is asked for."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from resellerrisk.links.kept import KeptLinks
from resellerrisk.signals.peers import PeerTable
from resellerrisk.signals.whole import Extract
from resellerrisk.state.arrays import load_frame, load_texts, map_array, map_arrays, map_texts
from resellerrisk.state.kept import LAST_KNOWN
from resellerrisk.state.store import moment_of, read_extract, read_facts, read_older, read_peers, read_rows
from resellerrisk.tables.moments import monday_of


class Base:
    """A state of a Monday, of which only what is asked for is read.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.facts = folder, read_facts(folder)
        self.moment = moment_of(self.facts)
        self.views = {view: read_rows(folder, view) for view in self.facts["rows"]}
        self.starts = {view: map_array(folder / view / "starts.npy") for view in self.views}
        self.links = KeptLinks(map_arrays(folder / "links"), map_texts(folder / "keys.arrow"))

    @property
    def monday(self) -> int:
        """The Monday that tracing and groups are of, in microseconds."""
        return int(monday_of(np.array([self.moment]))[0])

    @cached_property
    def account_ids(self) -> np.ndarray:
        """The accounts known before the moment, sorted."""
        return load_texts(self.folder / "account_ids.arrow")

    @cached_property
    def _places(self) -> pd.Index:
        return pd.Index(self.account_ids, dtype=object)

    def codes_of(self, ids) -> np.ndarray:
        """The code of each account by its id; -1 where none of that id was known."""
        place, named = pd.factorize(np.asarray(ids, dtype=object))
        return np.append(self._places.get_indexer(pd.Index(named, dtype=object)), -1)[place].astype(np.int64)

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The small tables that are not by account, and outcomes, these with account ids as texts."""
        plain = {"outcomes": ("account_id",)}
        return {
            name: load_frame(self.folder / f"{name}.arrow", plain=plain.get(name, ()))
            for name in ("titles", "street_dates", "leaks", "outcomes")
        }

    def accounts(self, codes: np.ndarray | None) -> pd.DataFrame:
        """Application forms, of all accounts or some."""
        plain = () if codes is None else ("account_id",)
        return load_frame(self.folder / "accounts.arrow", codes, plain)

    @cached_property
    def extract(self) -> Extract:
        """Stretches of the slate and early first deliveries."""
        return read_extract(self.folder, self.account_ids)

    @cached_property
    def asked(self) -> np.ndarray:
        """By title, how many accounts had ordered it."""
        return map_array(self.folder / "asked.npy")

    @cached_property
    def peers(self) -> dict[int, PeerTable]:
        """By month."""
        return read_peers(self.folder)

    @cached_property
    def older(self) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """By column of order lines, the last lines that are not kept."""
        return {name: read_older(self.folder, name) for name in LAST_KNOWN if "orders" in self.views}
