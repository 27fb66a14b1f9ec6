"""Links of what a subject brings that nobody had seen on it yet: pairs of a few new holdings, without finding all pairs anew.

A pair is fixed at the moment when the later account was first seen with the value, so a new holding changes no pair that stands: it
only makes pairs with earlier holders. Here those are found, by the rules of `find`, and set beside what stands of the accounts around
the subject. The figures are those of a market whose tables hold the sights; a test compares the bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from resellerrisk.links.declare import KIND_CODES, LINK_KINDS, MOST_HOLDERS
from resellerrisk.links.find import add_worth, both_ways, count_words, near_of_kind
from resellerrisk.links.holdings import FROM_FORM, Holdings, form_sights, mail_sites
from resellerrisk.links.links import ENTRY_COLUMNS, Links, spread_ranges
from resellerrisk.links.near import meeting_places
from resellerrisk.links.normalise import normalise


class Extender:
    """Adds what one subject brings at its moment to the links that stand.

    Parameters
    ----------
    links : Links
    last_rows : function
        From account codes and a moment to each account's last row (form, identifier, order) strictly before it, int64[n].
    """

    def __init__(self, links: Links, last_rows: Callable[[np.ndarray, int], np.ndarray]) -> None:
        self.links, self._last_rows = links, last_rows
        holdings = links.holdings
        self._starts = links.book.holder_starts
        self._kinds = np.searchsorted(holdings.kinds, np.arange(len(LINK_KINDS) + 1))
        self._meetings: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self._words: dict[int, tuple] = {}

    def around(self, account: int, moment: int, sights: Sequence[tuple], country: str | None, name: str):
        """The links around a subject, with what it brings.

        Parameters
        ----------
        account : int
            Its code; -1 for an account that is not in the market.
        moment : int
            Microseconds.
        sights : sequence of (str, str, int)
            Kind, text and source of each value at the moment.
        country : str, optional
        name : str
            The account's id, where the market has none.

        Returns
        -------
        (Links, int64[m]) or None
            Links of the subject and those around it, and the codes that they have in the market (-1: none); None where the
            sights make no pair and the account is in the market, so that what stands holds.
        """
        held = self._new_holdings(account, moment, sights, country)
        pairs = self._pairs(account, moment, held)
        if account >= 0 and not len(pairs):
            return None
        pairs, holdings = self._with_new(pairs, held, account, moment)
        return self._cut(account, name, self._entries(pairs, holdings, moment), holdings)

    def _new_holdings(self, account: int, moment: int, sights, country) -> list[tuple[int, str, int, int]]:
        """Kind, key, value (-1: of nobody yet) and source of what the account was not seen with by the moment."""
        sites = [
            ("website", site, source)
            for kind, text, source in sights
            if kind == "email" and text
            for site in mail_sites([text])
        ]
        found: dict[tuple[int, str], tuple[int, str, int, int]] = {}
        for kind, text, source in [*sights, *sites]:
            key = normalise("address" if kind == "ship_to" else kind, [text], [country])[0] if text else ""
            code = KIND_CODES[kind]
            if key and (code, key) not in found:
                value = self._find_value(code, key)
                if not self._holds(account, value, moment):
                    found[code, key] = code, key, value, source
        return list(found.values())

    def _find_value(self, kind: int, key: str) -> int:
        first, end = self._kinds[kind], self._kinds[kind + 1]
        keys = self.links.holdings.keys
        place = first + int(np.searchsorted(keys[first:end], key))
        return place if place < end and keys[place] == key else -1

    def _holds(self, account: int, value: int, moment: int) -> bool:
        if account < 0 or value < 0:
            return False
        rows = slice(self._starts[value], self._starts[value + 1])
        own = self.links.holdings.accounts[rows] == account
        return bool((self.links.holdings.seen[rows][own] <= moment).any())

    def _pairs(self, account: int, moment: int, held) -> np.ndarray:
        """Every earlier holder with the new one, as `find` pairs them: row of a holding, place in ``held``, whether near; (n, 3)."""
        found = [np.empty((0, 3), np.int64)]
        for place, (kind, key, value, _) in enumerate(held):
            earlier = self._holders(value, account, moment) if value >= 0 else np.empty(0, np.int64)
            if len(earlier) >= MOST_HOLDERS:
                continue
            for twin in (-1, *self._twins(kind, key)):
                partners = earlier if twin < 0 else self._holders(twin, account, moment)[:MOST_HOLDERS]
                row = np.empty((len(partners), 3), np.int64)
                row[:, 0], row[:, 1], row[:, 2] = partners, place, twin >= 0
                found.append(row)
        return np.concatenate(found)

    def _holders(self, value: int, account: int, moment: int) -> np.ndarray:
        """Rows of other accounts that held a value before the moment."""
        rows = np.arange(self._starts[value], self._starts[value + 1])
        holdings = self.links.holdings
        return rows[(holdings.seen[rows] < moment) & (holdings.accounts[rows] != account)]

    def _twins(self, kind: int, key: str) -> list[int]:
        """Values one slip away from a key."""
        if not LINK_KINDS[kind].near:
            return []
        places, values = self._meeting(kind)
        own, _ = meeting_places(LINK_KINDS[kind].name, [key])
        low, high = np.searchsorted(places, own), np.searchsorted(places, own, side="right")
        met = np.unique(values[spread_ranges(low, high)])
        keys = self.links.holdings.keys[met]
        texts = [key, *keys[keys != key]]
        others = met[keys != key].tolist()
        return [others[j - 1] for i, j in near_of_kind(LINK_KINDS[kind].name, texts) if i == 0]

    def _meeting(self, kind: int) -> tuple[np.ndarray, np.ndarray]:
        if kind not in self._meetings:
            first, end = self._kinds[kind], self._kinds[kind + 1]
            places, positions = meeting_places(LINK_KINDS[kind].name, self.links.holdings.keys[first:end])
            order = np.argsort(places, kind="stable")
            self._meetings[kind] = places[order], positions[order] + first
        return self._meetings[kind]

    def meet(self) -> None:
        """Do beforehand what the first question would wait for."""
        for kind, declared in enumerate(LINK_KINDS):
            if declared.near:
                self._meeting(kind)
            if declared.by_chance:
                self._count_words(kind)

    def _with_new(
        self, pairs: np.ndarray, held, account: int, moment: int
    ) -> tuple[dict[str, np.ndarray], Holdings]:
        """The pairs with the rows they name, the new holdings behind the old ones."""
        holdings = self.links.holdings
        old, ones = np.unique(pairs[:, 0], return_inverse=True)
        values = np.array([value for _, _, value, _ in held], np.int64)
        known = np.unique(np.append(holdings.values[old], values[values >= 0])).astype(np.int64)
        unknown = np.flatnonzero(values < 0)
        new = np.searchsorted(known, values)
        new[unknown] = len(known) + np.arange(len(unknown))
        some = Holdings(
            accounts=np.append(holdings.accounts[old], np.full(len(held), account)).astype(np.int64),
            values=np.append(np.searchsorted(known, holdings.values[old]), new).astype(np.int64),
            seen=np.append(holdings.seen[old], np.full(len(held), moment)).astype(np.int64),
            sources=np.append(holdings.sources[old], [source for *_, source in held]).astype(np.int8),
            kinds=np.append(holdings.kinds[known], [held[place][0] for place in unknown]).astype(np.int8),
            keys=np.append(holdings.keys[known], np.array([held[place][1] for place in unknown], object)),
        )
        self._known = known
        told = {
            "one": ones,
            "other": pairs[:, 1] + len(old),
            "near": pairs[:, 2] == 1,
            "kind": some.kinds[some.values[ones]],
            "account": some.accounts[ones],
            "since": np.full(len(pairs), moment),
        }
        return told, some

    def _entries(
        self, pairs: dict[str, np.ndarray], holdings: Holdings, moment: int
    ) -> dict[str, np.ndarray]:
        """The subject's side of the pairs, values and accounts by their codes in the market or, of new values, behind them."""
        if not len(pairs["one"]):
            return {name: self.links.entries[name][:0] for name in ENTRY_COLUMNS}
        last = self._last_rows(pairs["account"], moment)
        silence = np.where(last >= 0, (moment - last) / 86_400_000_000, np.nan)
        pairs = add_worth(pairs, holdings, silence, self._count_words)
        entries = both_ways(pairs, holdings)
        mine = entries["own_seen"] == moment
        entries = {name: column[mine] for name, column in entries.items()}
        count = len(self.links.holdings.keys)
        codes = np.append(self._known, count + np.arange(len(holdings.keys) - len(self._known)))
        for name in ("own_value", "other_value"):
            entries[name] = codes[entries[name]]
        return entries

    def _count_words(self, kind: int):
        if kind not in self._words:
            self._words[kind] = count_words(self.links.holdings, kind)
        return self._words[kind]

    def _cut(self, account: int, name: str, new: dict[str, np.ndarray], holdings: Holdings):
        """Links of the subject and the accounts within two steps, coded anew in the order of their ids."""
        stands = self.links.entries_of(np.array([account])) if account >= 0 else new
        own = {
            column: np.concatenate([stands[column], new[column]]) if account >= 0 else new[column]
            for column in ENTRY_COLUMNS
        }
        friends = np.unique(own["other"])
        theirs = self.links.entries_of(friends)
        codes = np.unique(np.concatenate([friends, theirs["other"], [account]]))
        codes = codes[codes >= 0]
        ids = self.links.account_ids[codes]
        if account < 0:
            place = int(np.searchsorted(ids, name))
            codes, ids = np.insert(codes, place, -1), np.insert(ids, place, name)
        return self.links.cut(
            codes, ids, {k: np.concatenate([own[k], theirs[k]]) for k in ENTRY_COLUMNS}
        ), codes


def sights_of_form(form: dict) -> list[tuple[str, str, int]]:
    """Kind, text and source of what an application form tells."""
    return [(kind, text, FROM_FORM) for kind, text in form_sights(form).items() if text]
