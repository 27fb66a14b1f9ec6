"""Release names against titles, on every one of 427 real pairs: how many matches are right, and how many releases are matched.

The table of pairs (`street_date_vs_first_copy.csv`) joins a title of the trade with the earliest release of that name. Two things in it no
reader of names can help: titles that the list (`uhd_titles.csv`) does not hold in any edition, and pairs of which the title itself names
another year than the release (a remake). The former count as missed, or are left out; the latter get the title that the release
really is, looked up by hand. All three ways are reported, and what was left out or put right is listed.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from resellerrisk.leaks import match_leaks
from resellerrisk.leaks.match import Films, list_films
from resellerrisk.leaks.names import read_film_name

#: By the table's title, where that is a film of another year than the release: the title that the release is, as the list spells it; none where
#: the list does not hold it. Looked up by hand.
OTHER_FILM = {
    "Predator (1987)": "Predator, The",
    "Halloween (1978)": "Halloween (2018)",
    "Aladdin (1992)": "Aladdin (2019)",
    "Charlie's Angels (2000)": "Charlie's Angels (2019)",
    "Mulan (1998)": "Mulan (2020)",
    "Dune: Limited Edition (1984)": "Dune: Part One",
    "Deadlock (1970)": None,
    "Out of the Blue (1980)": None,
}
_YEAR = re.compile(r"\((\d{4})\)")


def read_real(real: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Titles, street dates and pairs; a pair has the film that the table gives and the one that is right, as codes of `list_films`."""
    titles = pd.read_csv(real / "uhd_titles.csv")
    titles["title_id"] = [f"U{place:04d}" for place in range(len(titles))]
    dates = titles[["title_id"]].assign(street_date=pd.to_datetime(titles["street_date"]))
    pairs = pd.read_csv(real / "street_date_vs_first_copy.csv")
    films = list_films(titles, dates)
    printed = [find_title(title, titles, films) for title in pairs["Title"]]
    remake = [names_another_year(*pair) for pair in zip(pairs["Title"], pairs["year"], strict=True)]
    unknown = set(pairs["Title"][remake]) - set(OTHER_FILM)
    if unknown:
        raise ValueError(f"Nobody looked up which title the release of {sorted(unknown)} is.")
    right = [
        find_title(OTHER_FILM[title], titles, films) if other else film
        for title, film, other in zip(pairs["Title"], printed, remake, strict=True)
    ]
    return titles, dates, pairs.assign(printed=printed, right=right, remake=remake)


def names_another_year(title: str, year: int) -> bool:
    """Whether a title names a year that the release's year contradicts.

    >>> names_another_year("Dune: Limited Edition (1984)", 2021), names_another_year("Cats (2019)", 2019)
    (True, False)
    """
    found = _YEAR.search(title)
    return bool(found) and abs(int(found[1]) - year) > 1


def find_title(name: str | None, titles: pd.DataFrame, films: Films) -> int:
    """The film of a title of the trade: by its very spelling, else that of another edition of the same name and year; -1 where there is none."""
    if name is None:
        return -1
    same = titles["name"].eq(name).to_numpy()
    if not same.any():
        film = read_film_name(name)
        read = [read_film_name(other) for other in titles["name"]]
        same = [other.key == film.key and (film.year in (None, other.year)) for other in read]
    found = set(films.of_title[same])
    return found.pop() if len(found) == 1 else -1


def measure_matching(real: Path) -> dict:
    """Precision and recall in three ways, with what was left out and put right.

    Parameters
    ----------
    real : Path
        Folder of the two tables.

    Returns
    -------
    dict
        ``figures``: one row a way; ``not_in_list``, ``put_right``, ``wrong``, ``missed``: releases by name.
    """
    titles, dates, pairs = read_real(real)
    leaks = pd.DataFrame({"leak_id": pairs.index.astype(str), "release_name": pairs["title"]})
    found = match_leaks(leaks, titles, dates, films=list_films(titles, dates))["film"].to_numpy()
    everyone = pd.Series(True, pairs.index)
    answerable = pairs["right"] >= 0
    figures = [
        _count("the table as printed", found, pairs["printed"], everyone),
        _count(
            "remakes put right; titles that the list lacks count as missed", found, pairs["right"], everyone
        ),
        _count("remakes put right; titles that the list lacks left out", found, pairs["right"], answerable),
    ]
    told = pairs["Title"] + " | " + pairs["title"]
    return {
        "figures": figures,
        "not_in_list": told[~answerable].tolist(),
        "put_right": [
            f"{row.Title} | {row.title} -> {OTHER_FILM[row.Title] or 'not in the list'}"
            for row in pairs[pairs["remake"]].itertuples()
        ],
        "wrong": told[(found >= 0) & (found != pairs["right"])].tolist(),
        "missed": told[(found < 0) & answerable].tolist(),
    }


def _count(way: str, found, expected, counted) -> dict:
    matched = (found >= 0) & counted
    right = matched & (found == expected)
    return {
        "way": way,
        "pairs": int(counted.sum()),
        "matched": int(matched.sum()),
        "right": int(right.sum()),
        "precision": float(right.sum() / matched.sum()),
        "recall": float(right.sum() / counted.sum()),
    }
