"""Copies that appear on the network: which film, from whose disc, when, and under which release name.

A copy never appears before its source held the disc. For each film the first to be ready counts; others are dropped as
duplicates, or appear in another form. Some copies come from elsewhere and prove nothing about anybody.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np

from resellerrisk.simulate import words
from resellerrisk.simulate.assumptions import Setting
from resellerrisk.simulate.calendar import DAY
from resellerrisk.simulate.randomness import scatter, stream
from resellerrisk.simulate.slate import Slate
from resellerrisk.vocabulary import FORMATS

#: Chance that a later copy of the same film is released beside the first.
_SECOND_COPY = 0.22
_FROM_ELSEWHERE = -1
#: Forms of a release by disc: the text after film and year, and how often it is made.
_FORMS = {
    "dvd": (
        ("DVDRip.x264", 0.7),
        ("DVDRip.XviD", 0.15),
        ("NTSC.DVDR", 0.4),
        ("PAL.DVDR", 0.15),
    ),
    "bluray": (
        ("720p.BluRay.x264", 0.6),
        ("1080p.BluRay.x264", 0.75),
        ("BDRip.x264", 0.55),
        ("COMPLETE.BLURAY", 0.12),
    ),
    "uhd": (
        ("2160p.UHD.BluRay.x265", 0.85),
        ("2160p.UHD.BluRay.REMUX.HDR.HEVC.Atmos", 0.15),
        ("COMPLETE.UHD.BLURAY", 0.3),
    ),
}
_REMARKS = (
    ("", 0.80),
    ("LIMITED.", 0.07),
    ("EXTENDED.", 0.025),
    ("UNRATED.", 0.02),
    ("PROPER.", 0.02),
    ("REPACK.", 0.02),
    ("GERMAN.DL.", 0.02),
    ("FRENCH.", 0.015),
    ("INTERNAL.", 0.01),
)
_FORMAT_UNKNOWN = 0.05

Columns = dict[str, list[Any] | np.ndarray]


@dataclass(frozen=True)
class Holdings:
    """Discs that fakes held while a copy of them was still worth making: one entry per delivered line."""

    account: np.ndarray
    title: np.ndarray
    delivered_at: np.ndarray


@dataclass(frozen=True)
class _Copies:
    """Discs copied: source (-1 = from elsewhere), tag of the releaser, title, second of the first release."""

    account: np.ndarray
    tag: np.ndarray
    title: np.ndarray
    at: np.ndarray


@dataclass(frozen=True)
class _Releases:
    """Releases: place of the copy, place of the form among those of its disc, when it appeared and became known."""

    copy: np.ndarray
    form: np.ndarray
    at: np.ndarray
    known_at: np.ndarray


def leak_rows(
    setting: Setting,
    slate: Slate,
    names: tuple[list[str], list[str]],
    ring: np.ndarray,
    holdings: Holdings,
    span: tuple[int, int],
    seed: int,
) -> tuple[Columns, Columns]:
    """The `leaks` table, and beside it the truth of each leak.

    Parameters
    ----------
    setting : Setting
    slate : Slate
    names : (list of str, list of str)
        Of the titles, and of the accounts.
    ring : ndarray of int
        Ring of each account.
    holdings : Holdings
    span : (int, int)
        First second of the market, first second after it.
    seed : int

    Returns
    -------
    leaks, truth : dict of columns
        In the order in which they became known.
    """
    rng = stream(seed, "releases")
    ours = _from_rings(setting, slate, ring, holdings, seed, rng)
    others = _from_elsewhere(setting, slate, span, rng)
    copies = _first_of_each_film(slate, ours, others, rng)
    made = _releases(setting, slate, copies, rng)
    kept = np.flatnonzero((made.known_at < span[1]) & (made.at >= span[0]))
    kept = kept[np.argsort(made.known_at[kept], kind="stable")]
    made = _Releases(*(column[kept] for column in (made.copy, made.form, made.at, made.known_at)))
    return _leak_columns(setting, slate, names[0], copies, made, rng), _truth_columns(
        slate, names[1], copies, made
    )


def _from_rings(
    setting: Setting,
    slate: Slate,
    ring: np.ndarray,
    held: Holdings,
    seed: int,
    rng: np.random.Generator,
) -> _Copies:
    """Of each film and ring the disc that came first, if the ring makes a copy of that film at all."""
    film = slate.film[held.title]
    of_ring = ring[held.account]
    at = held.delivered_at + (
        np.exp(rng.normal(np.log(setting.copy_days[0]), setting.copy_days[1], len(film))) * DAY
    ).astype(np.int64)
    order = np.lexsort([held.title, held.account, at, of_ring, film])
    film, of_ring = film[order], of_ring[order]
    first = np.r_[True, (film[1:] != film[:-1]) | (of_ring[1:] != of_ring[:-1])] if len(film) else order < 0
    odds = np.log(setting.leak_share / (1 - setting.leak_share)) + 0.8 * slate.film_demand[film]
    late_days, seldom = setting.late_copy
    late = at[order] > slate.final_street[held.title[order]] - late_days * DAY
    chance = np.where(late, seldom, 1.0) / (1 + np.exp(-odds))
    chosen = order[first & (rng.random(len(film)) < chance)]
    tag = scatter(seed, "tag", ring[held.account[chosen]] * 2 + rng.integers(0, 2, len(chosen)))
    return _Copies(held.account[chosen], tag % len(_TAGS), held.title[chosen], at[chosen])


_TAGS = (*words.GROUPS, *words.OTHER_GROUPS)


def _from_elsewhere(
    setting: Setting, slate: Slate, span: tuple[int, int], rng: np.random.Generator
) -> _Copies:
    """Copies whose disc was never ours: before street date or bought on the day."""
    street = slate.final_street
    films = np.unique(slate.film[(street > span[0] - 20 * DAY) & (street < span[1] + 30 * DAY)])
    odds = np.log(setting.elsewhere_share / (1 - setting.elsewhere_share)) + 0.6 * slate.film_demand[films]
    films = films[rng.random(len(films)) < 1 / (1 + np.exp(-odds))]
    discs = slate.title_of[films]
    preference = rng.random(discs.shape) * [0.5, 1.0, 0.6] * (discs >= 0)
    title = discs[np.arange(len(films)), preference.argmax(axis=1)]
    median, spread = setting.elsewhere_days
    ahead = median + spread * rng.standard_t(3, len(films)).clip(-4, 6) / 1.7
    at = street[title] - (ahead * DAY).astype(np.int64)
    count = len(words.OTHER_GROUPS)
    tag = np.where(rng.random(len(films)) < 0.8, len(words.GROUPS) + rng.integers(0, count, len(films)),
                   rng.integers(0, len(_TAGS), len(films)))  # fmt: skip
    return _Copies(np.full(len(films), _FROM_ELSEWHERE), tag, title, at)


def _first_of_each_film(slate: Slate, ours: _Copies, others: _Copies, rng: np.random.Generator) -> _Copies:
    """The first copy of each film, and now and then a later one."""
    account, tag, title, at = (
        np.concatenate([getattr(ours, name), getattr(others, name)])
        for name in ("account", "tag", "title", "at")
    )
    order = np.lexsort([title, at, slate.film[title]])
    film = slate.film[title[order]]
    first = np.r_[True, film[1:] != film[:-1]] if len(film) else np.zeros(0, dtype=bool)
    kept = order[first | (rng.random(len(order)) < _SECOND_COPY)]
    return _Copies(account[kept], tag[kept], title[kept], at[kept])


def _releases(setting: Setting, slate: Slate, copies: _Copies, rng: np.random.Generator) -> _Releases:
    """Each copy in one or more forms, minutes to hours apart, each known some time later."""
    forms = max(len(made) for made in _FORMS.values())
    chance = np.zeros((len(FORMATS), forms))
    for i, name in enumerate(FORMATS):
        chance[i, : len(_FORMS[name])] = [share for _, share in _FORMS[name]]
    made = rng.random((len(copies.title), forms)) < chance[slate.format[copies.title]]
    made[~made.any(axis=1), 0] = True
    copy, form = np.nonzero(made)
    first = np.r_[True, copy[1:] != copy[:-1]] if len(copy) else np.zeros(0, dtype=bool)
    wait = np.where(first, 0, rng.exponential(9 * 3600, len(copy))).astype(np.int64)
    at = copies.at[copy] + wait
    median, spread = setting.known_days
    unseen = np.exp(rng.normal(np.log(median), spread, len(at))) * DAY
    return _Releases(copy, form, at, at + unseen.astype(np.int64))


def _leak_columns(
    setting: Setting,
    slate: Slate,
    titles: list[str],
    copies: _Copies,
    made: _Releases,
    rng: np.random.Generator,
) -> Columns:
    title = copies.title[made.copy].tolist()
    unknown = (rng.random(len(title)) < setting.title_missing).tolist()
    format_unknown = (rng.random(len(title)) < _FORMAT_UNKNOWN).tolist()
    discs = [FORMATS[f] for f in slate.format[title].tolist()]
    forms = [_FORMS[disc][f][0] for disc, f in zip(discs, made.form.tolist(), strict=True)]
    tags = [_TAGS[tag] for tag in copies.tag[made.copy].tolist()]
    return {
        "leak_id": _leak_ids(len(title)),
        "release_name": _release_names(slate, slate.film[title].tolist(), forms, tags, rng),
        "title_id": [None if u else titles[t] for t, u in zip(title, unknown, strict=True)],
        "leaked_at": made.at,
        "known_at": made.known_at,
        "format": ["unknown" if u else disc for disc, u in zip(discs, format_unknown, strict=True)],
    }


def _truth_columns(slate: Slate, accounts: list[str], copies: _Copies, made: _Releases) -> Columns:
    return {
        "leak_id": _leak_ids(len(made.copy)),
        "account_id": [None if a < 0 else accounts[a] for a in copies.account[made.copy].tolist()],
        "film_no": slate.film[copies.title[made.copy]],
    }


def _leak_ids(count: int) -> list[str]:
    return [f"L{i:05d}" for i in range(1, count + 1)]


def _release_names(
    slate: Slate, film: list[int], forms: list[str], tags: list[str], rng: np.random.Generator
) -> list[str]:
    remarks, shares = zip(*_REMARKS, strict=True)
    remark = rng.choice(len(remarks), len(film), p=np.array(shares) / sum(shares)).tolist()
    return [
        f"{dotted(slate.film_name[f])}.{slate.film_year[f]}.{remarks[r]}{form}-{tag}"
        for f, form, tag, r in zip(film, forms, tags, remark, strict=True)
    ]


def dotted(name: str) -> str:
    """A film's name as release names write it.

    Examples
    --------
    >>> dotted("Nora & the Pale Wolf"), dotted("Felix's Oath"), dotted("Bray: The Last Tide")
    ('Nora.and.the.Pale.Wolf', 'Felixs.Oath', 'Bray.The.Last.Tide')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return ".".join(re.findall(r"[A-Za-z0-9-]+", plain.replace("'", "").replace("&", "and")))
