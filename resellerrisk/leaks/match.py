"""Which film a leaked copy is: release names against the titles of the trade, by name, year and format.

Precision before recall: a name that fits two films is left unmatched and listed, with the films it could be. Names are compared
by equal keys (`names`), never by likeness. When discs of a film were on their way is `holdings`' business, not this module's.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from resellerrisk.leaks.names import (
    FilmName,
    joined,
    plain_words,
    read_film_name,
    without_article,
    without_edition,
    without_first_part,
)
from resellerrisk.leaks.releases import Release, parse_release

#: A film's year and a release's year may differ by one: festivals, foreign premieres, copyright lines.
_YEARS_APART = 1
#: A first disc comes out within so many years of its film.
_YEARS_TO_DISC = 2
#: Certainty of a match by what agreed: measured on real names, see docs/tracing.md.
_GIVEN, _NAME_AND_YEAR, _NAME_AND_STREET, _NAME_ALONE = 1.0, 0.99, 0.97, 0.9
_ARTICLES = frozenset({"the", "a", "an"})


@dataclass(frozen=True)
class Films:
    """The films behind the titles: titles of one name and year, whatever their format or edition.

    Parameters
    ----------
    of_title : ndarray of int64, shape (n_titles,)
        Film of each row of `titles`; films are counted in the order of their names.
    names : tuple of str, shape (n_films,)
        Plain words.
    years : tuple of frozenset of int, shape (n_films,)
        Years the titles give, empty where none does.
    street_years : tuple of int or None, shape (n_films,)
        Year of the first street date known, a hint where no title gives a year.
    """

    of_title: np.ndarray
    names: tuple[str, ...]
    years: tuple[frozenset[int], ...]
    street_years: tuple[int | None, ...]
    _by_key: dict[str, tuple[int, ...]] = field(repr=False)

    def find(self, key: str) -> tuple[int, ...]:
        """Films of which one spelling is `key`."""
        return self._by_key.get(key, ())


def list_films(titles: pd.DataFrame, street_dates: pd.DataFrame | None = None) -> Films:
    """Group titles into films.

    Parameters
    ----------
    titles : DataFrame
        `title_id` and `name`, and `year` where it is known.
    street_dates : DataFrame, optional
        `title_id`, `street_date`: hints at a film's year where `titles` has none.

    Returns
    -------
    Films

    Examples
    --------
    >>> titles = pd.DataFrame({"title_id": ["1", "2", "3"], "name": ["It", "It (Steelbook)", "It"], "year": [2017, 2017, 1990]})
    >>> films = list_films(titles)
    >>> films.of_title, films.names
    (array([1, 1, 0]), ('it', 'it'))
    """
    read = [read_film_name(name) for name in titles["name"].fillna("").astype(str)]
    years = titles["year"].tolist() if "year" in titles else [None] * len(titles)
    told = [
        {int(y) for y in (film.year, year) if not pd.isna(y)} for film, year in zip(read, years, strict=True)
    ]
    labels = _label(read, told, _street_years(titles, street_dates))
    films = {label: code for code, label in enumerate(sorted(set(labels)))}
    of_title = np.array([films[label] for label in labels], np.int64)
    gathered: list[set[int]] = [set() for _ in films]
    by_key: dict[str, set[int]] = defaultdict(set)
    for code, film, some in zip(of_title.tolist(), read, told, strict=True):
        gathered[code] |= some
        for key in film.keys:
            for spelling in {
                key,
                "=" + joined(key),
                "~" + without_article(key),
                "1" + without_first_part(key),
            }:
                by_key[spelling].add(code)
    return Films(
        of_title,
        tuple(name for name, _ in films),
        tuple(map(frozenset, gathered)),
        _first_of_film(_street_years(titles, street_dates), of_title, len(films)),
        {key: tuple(sorted(codes)) for key, codes in by_key.items() if key not in ("=", "1")},
    )


def _label(
    read: list[FilmName], told: list[set[int]], street_years: list[int | None]
) -> list[tuple[str, int]]:
    """Name and year (0 where unknown) of each title's film.

    A title without a year is the film of that name whose year is told by another title, if it came out soon after that year.
    """
    dated: dict[str, set[int]] = defaultdict(set)
    for film, years in zip(read, told, strict=True):
        if years:
            dated[film.key].add(film.year or min(years))
    labels = []
    for film, years, street in zip(read, told, street_years, strict=True):
        if years:
            labels.append((film.key, film.year or min(years)))
            continue
        recent = [y for y in dated[film.key] if street is not None and 0 <= street - y <= _YEARS_TO_DISC]
        labels.append((film.key, recent[0] if len(recent) == 1 else 0))
    return labels


def _street_years(titles: pd.DataFrame, street_dates: pd.DataFrame | None) -> list[int | None]:
    """Year of the first street date known of each title."""
    if street_dates is None or street_dates.empty:
        return [None] * len(titles)
    of_id = street_dates["title_id"].astype(str).to_numpy()
    first = pd.Series(street_dates["street_date"].to_numpy()).groupby(of_id).min()
    dates = first.reindex(titles["title_id"].astype(str))
    return [None if pd.isna(date) else date.year for date in dates]


def _first_of_film(years: list[int | None], of_title: np.ndarray, n_films: int) -> tuple[int | None, ...]:
    first: list[int | None] = [None] * n_films
    for film, year in zip(of_title.tolist(), years, strict=True):
        if year is not None and (first[film] is None or year < first[film]):
            first[film] = year
    return tuple(first)


def match_leaks(
    leaks: pd.DataFrame,
    titles: pd.DataFrame,
    street_dates: pd.DataFrame | None = None,
    *,
    films: Films | None = None,
) -> pd.DataFrame:
    """Find the film of each leak.

    Parameters
    ----------
    leaks : DataFrame
        `leak_id`, `release_name`; `title_id` and `format` where known.
    titles : DataFrame
        `title_id`, `name`; `year` and `format` where known.
    street_dates : DataFrame, optional
        Hints at years, see `list_films`.
    films : Films, optional
        Of these titles, if there are any already.

    Returns
    -------
    DataFrame
        One row a leak, in its order: `leak_id`; `film` (code in `Films`, -1 if unmatched); `title_ids` (tuple: the title given,
        else the film's titles of the copy's format, else all of the film); `certainty` (0-1, 0 if unmatched); `unmatched` ("",
        "ambiguous" or "no such title"); `could_be` (tuple of title ids: the titles among which it stays ambiguous).

    Examples
    --------
    >>> titles = pd.DataFrame({"title_id": ["1", "2", "3"], "name": ["Matrix, The", "Dune (1984)", "Dune (2021)"]})
    >>> leaks = pd.DataFrame({"leak_id": ["a", "b"], "release_name": ["The.Matrix.1999.BDRip.x264-SPARKS", "Dune.BDRip.x264-EVO"]})
    >>> match_leaks(leaks, titles)[["leak_id", "title_ids", "unmatched", "could_be"]].values.tolist()
    [['a', ('1',), '', ()], ['b', (), 'ambiguous', ('2', '3')]]
    """
    films = films or list_films(titles, street_dates)
    ids = titles["title_id"].astype(str).to_numpy()
    forms = titles["format"].astype(str).to_numpy() if "format" in titles else np.full(len(titles), "unknown")
    row_of = {title_id: row for row, title_id in enumerate(ids)}
    rows_of_film = _rows_by_film(films)
    given = leaks["title_id"].astype(object).tolist() if "title_id" in leaks else [None] * len(leaks)
    told = leaks["format"].astype(object).tolist() if "format" in leaks else [None] * len(leaks)
    found = []
    for name, title_id, form in zip(leaks["release_name"].fillna("").astype(str), given, told, strict=True):
        row = row_of.get(title_id)
        if row is not None:
            found.append((int(films.of_title[row]), (title_id,), _GIVEN, "", ()))
            continue
        release = parse_release(name)
        fits, certainty = find_films(release, films)
        if len(fits) == 1:
            rows = rows_of_film[fits[0]]
            form = form if form in forms else release.format
            same = [row for row in rows if forms[row] == form] or rows
            found.append((fits[0], tuple(ids[same]), certainty, "", ()))
        else:
            rivals = tuple(ids[row] for film in fits for row in rows_of_film[film])
            found.append((-1, (), 0.0, "ambiguous" if fits else "no such title", rivals))
    frame = pd.DataFrame(
        found, columns=["film", "title_ids", "certainty", "unmatched", "could_be"], index=leaks.index
    )
    frame.insert(0, "leak_id", leaks["leak_id"])
    return frame.astype({"film": np.int64, "certainty": np.float64})


def _rows_by_film(films: Films) -> list[list[int]]:
    rows: list[list[int]] = [[] for _ in films.names]
    for row, film in enumerate(films.of_title.tolist()):
        rows[film].append(row)
    return rows


def find_films(release: Release, films: Films) -> tuple[tuple[int, ...], float]:
    """The films a release can be, and how certain the match is if there is just one.

    Parameters
    ----------
    release : Release
    films : Films

    Returns
    -------
    tuple of int, float
        No film, one, or the several it could be. Spellings are tried from the strictest; the first under which any film fits
        by year decides.
    """
    name, film = plain_words(release.name), plain_words(without_edition(release.name))
    tries = [(name, release.year), (film, release.year)]
    if release.year:
        tries.append((f"{name} {release.year}", None))
    for key, year in tries:
        for spelling in _spellings(key):
            fits, certainty = _fit_years(films.find(spelling), year, films)
            if fits:
                return fits, certainty
    return _find_first_part(name, release.year, films)


def _find_first_part(name: str, year: int | None, films: Films) -> tuple[tuple[int, ...], float]:
    """The film that the trade calls the first part of this name, as with "Dune: Part One" and *Dune.2021*; only by year or a first disc soon after."""
    if year is None:
        return (), 0.0
    fits = tuple(
        film
        for film in films.find("1" + name)
        if (year in films.years[film] if films.years[film] else _comes_soon(films.street_years[film], year))
    )
    return fits, _NAME_AND_STREET


def _comes_soon(street_year: int | None, year: int) -> bool:
    return street_year is not None and 0 <= street_year - year <= _YEARS_TO_DISC


def _spellings(key: str) -> list[str]:
    """Keys to look up for a release, the strictest first: as it is, article in front, without blanks, without article."""
    body, _, last = key.rpartition(" ")
    moved = f"{last} {body}" if last in _ARTICLES and body else key
    keys = [key, moved, "=" + joined(moved), "~" + without_article(moved)]
    return [k for k in dict.fromkeys(keys) if k not in ("", "=", "~")]


def _fit_years(candidates: tuple[int, ...], year: int | None, films: Films) -> tuple[tuple[int, ...], float]:
    """Of films of one name those that fit the year best."""
    if not candidates:
        return (), 0.0
    if year is None:
        return candidates, _NAME_ALONE
    exact = tuple(film for film in candidates if year in films.years[film])
    if exact:
        return exact, _NAME_AND_YEAR
    near = tuple(f for f in candidates if any(abs(y - year) <= _YEARS_APART for y in films.years[f]))
    hinted = tuple(f for f in candidates if not films.years[f] and _fits_street(films.street_years[f], year))
    fits = near + hinted
    return fits, _NAME_AND_STREET if hinted else _NAME_AND_YEAR


def _fits_street(street_year: int | None, year: int) -> bool:
    """A disc comes out in its film's year or later; where no street date is known, any year fits."""
    return street_year is None or year <= street_year + _YEARS_APART
