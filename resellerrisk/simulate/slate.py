"""Films, their discs, and the street dates announced for them.

Who wants them is decided in `ordering`; which of them leak, in `releases`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from resellerrisk.simulate import words
from resellerrisk.simulate.assumptions import Setting
from resellerrisk.simulate.calendar import DAY, NEVER
from resellerrisk.simulate.randomness import choose, pick, stream
from resellerrisk.vocabulary import FORMATS

#: New films come out until so long after the last day: what is announced by then can be ordered.
_BEYOND_DAYS = 130
#: Shares of the sets of discs a film comes in (dvd, bluray, uhd).
_SETS = ((1, 0, 0), (1, 1, 0), (1, 1, 1), (0, 1, 1), (0, 1, 0), (0, 0, 1))
_SET_SHARES = {
    "new": (0.22, 0.33, 0.33, 0.05, 0.04, 0.03),
    "old": (0.55, 0.27, 0.04, 0.02, 0.10, 0.02),
}
_PRICES = np.array([1499, 1999, 2499])
_PRICE_STEPS = np.array([-500, 0, 0, 500, 500, 1000])


@dataclass(frozen=True)
class Slate:
    """Every title, sorted by its last street date. Arrays have one entry per title unless said otherwise.

    Parameters
    ----------
    film : ndarray of int
        Film the title shows.
    format : ndarray of int
        Place in `vocabulary.FORMATS`.
    weight : ndarray of float
        How much it is bought, relative to others.
    price : ndarray of int
        List price, cents.
    announced_at, street : ndarray of int
        Seconds: first announcement, and midnight of the date then named.
    moved_at, moved_to : ndarray of int
        Seconds: announcement of another date (`NEVER` where none), and midnight of that date.
    stock_at : ndarray of int
        Seconds; when the distributor has the discs.
    film_name : list of str
        One per film.
    film_year, film_demand : ndarray
        One per film; demand is standard normal.
    title_of : ndarray of int, shape (films, 3)
        Title of each film in each format, -1 where there is none.
    """

    film: np.ndarray
    format: np.ndarray
    weight: np.ndarray
    price: np.ndarray
    announced_at: np.ndarray
    street: np.ndarray
    moved_at: np.ndarray
    moved_to: np.ndarray
    stock_at: np.ndarray
    film_name: list[str]
    film_year: np.ndarray
    film_demand: np.ndarray
    title_of: np.ndarray

    @property
    def final_street(self) -> np.ndarray:
        """Midnight of the last street date named, seconds."""
        return np.where(self.moved_at < NEVER, self.moved_to, self.street)


def draw_slate(setting: Setting, start: int, end: int, seed: int) -> Slate:
    """All films and discs of a market.

    Parameters
    ----------
    setting : Setting
    start, end : int
        First second of the market, first second after it.
    seed : int

    Returns
    -------
    Slate
    """
    rng = stream(seed, "slate")
    new_days = (end - start) // DAY + _BEYOND_DAYS
    new, old = (
        round(setting.films_a_week * new_days / 7),
        round(setting.back_catalogue / 1.6),
    )
    films = new + old
    is_new = np.arange(films) >= old
    street = _street_days(setting, is_new, start, new_days, rng)
    demand = rng.standard_normal(films)
    year = _film_years(street, is_new, rng)
    has = _disc_sets(is_new, rng)
    film, disc = np.nonzero(has)
    dates = _announcements(setting, street[film], film, rng)
    order = np.lexsort([disc, film, np.where(dates[2] < NEVER, dates[3], dates[1])])
    film, disc = film[order], disc[order]
    announced_at, first, moved_at, moved_to = (column[order] for column in dates)
    title_of = np.full((films, 3), -1)
    title_of[film, disc] = np.arange(len(film))
    stock = np.exp(rng.normal(np.log(setting.stock_days[0]), setting.stock_days[1], films))
    age = np.where(is_new, 1.0, 0.35)
    return Slate(
        film=film,
        format=disc,
        weight=np.exp(1.1 * demand[film]) * age[film] * np.array([1.0, 0.8, 0.35])[disc],
        price=_PRICES[disc] + rng.choice(_PRICE_STEPS, films)[film],
        announced_at=announced_at,
        street=first,
        moved_at=moved_at,
        moved_to=moved_to,
        stock_at=_arrivals(first, moved_at, moved_to, (stock[film] * DAY).astype(np.int64)),
        film_name=_film_names(films, rng),
        film_year=year,
        film_demand=demand,
        title_of=title_of,
    )


def _street_days(
    setting: Setting,
    is_new: np.ndarray,
    start: int,
    new_days: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Midnight of each film's first street date; mostly Tuesdays, the old ones over twelve years before."""
    back = (rng.exponential(1200, len(is_new)) % 4300).astype(np.int64) + 7
    ahead = rng.integers(-30, new_days, len(is_new))
    day = start // DAY + np.where(is_new, ahead, -back)
    other = rng.choice([0, 2, 3, 4, 5], len(day), p=[0.3, 0.15, 0.1, 0.4, 0.05])
    weekday = np.where(rng.random(len(day)) < setting.tuesday_share, 1, other)
    return ((day + 3) // 7 * 7 - 3 + weekday) * DAY


def _film_years(street: np.ndarray, is_new: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A film's year: that of its street date some months earlier; a few are old films that come out again."""
    months = rng.integers(3, 8, len(street)) + np.where(is_new, 0, rng.integers(0, 40, len(street)))
    year = (street - months * 30 * DAY).astype("datetime64[s]").astype("datetime64[Y]").astype(int) + 1970
    again = rng.random(len(street)) < np.where(is_new, 0.07, 0.4)
    return year - again * rng.integers(5, 50, len(street))


def _disc_sets(is_new: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    shares = np.where(is_new[:, None], [_SET_SHARES["new"]], [_SET_SHARES["old"]])
    found: np.ndarray = np.array(_SETS, dtype=bool)[choose(rng, shares.cumsum(axis=1))]
    return found


def _announcements(
    setting: Setting, street: np.ndarray, film: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, ...]:
    """Per title: announced at, date named then, moved at, date named later. All discs of a film move together."""
    films = film.max() + 1
    least, most = setting.announced_days
    ahead = rng.uniform(least, most, films)
    moved = rng.random(films) < setting.moved_share
    weeks = rng.integers(1, setting.moved_days // 7 + 1, films)
    step = np.where(rng.random(films) < setting.moved_later_share, weeks, -np.minimum(weeks, 2)) * 7 * DAY
    before = rng.uniform(3, 45, films) + np.where(step < 0, 18, 0)
    working_hour = rng.uniform(8, 18, films) * 3600
    street_of = np.zeros(films, dtype=np.int64)
    street_of[film] = street
    announced_at = ((street_of - ahead * DAY) // DAY * DAY + working_hour).astype(np.int64)
    moved_at = ((street_of - before * DAY) // DAY * DAY + working_hour).astype(np.int64)
    moved_at = np.where(moved, np.maximum(moved_at, announced_at + DAY), NEVER)
    return announced_at[film], street, moved_at[film], (street_of + step)[film]


def _arrivals(
    street: np.ndarray, moved_at: np.ndarray, moved_to: np.ndarray, ahead: np.ndarray
) -> np.ndarray:
    """When the distributor has the discs: what was there before the date moved stays there."""
    found: np.ndarray = np.where(moved_at < street - ahead, moved_to - ahead, street - ahead)
    return found


def _film_names(films: int, rng: np.random.Generator) -> list[str]:
    """Invented names; most differ, a few are remakes that share a name, as real ones do."""
    names: dict[str, None] = {}
    while len(names) < films:
        names.update(dict.fromkeys(_name_batch(films, rng)))
    listed = list(names)[:films]
    for first, again in rng.integers(0, films, (max(1, films // 150), 2)).tolist():
        listed[again] = listed[first]
    return listed


def _name_batch(count: int, rng: np.random.Generator) -> list[str]:
    chance = rng.integers(0, 2**62, (6, count))
    adjective, noun = pick(words.ADJECTIVES, chance[0]), pick(words.NOUNS, chance[1])
    place, hero = pick(words.PLACES, chance[2]), pick(words.HEROES, chance[3])
    shape, number = (chance[4] % 100).tolist(), (chance[5] % 4 + 2).tolist()
    return [_film_name(shape[i], adjective[i], noun[i], place[i], hero[i], number[i]) for i in range(count)]


def _film_name(shape: int, adjective: str, noun: str, place: str, hero: str, number: int) -> str:
    shapes = (
        (30, f"The {adjective} {noun}"),
        (45, f"{adjective} {noun}"),
        (58, f"The {noun} of {place}"),
        (66, f"{hero}'s {noun}"),
        (73, f"{hero} & the {adjective} {noun}"),
        (80, f"{adjective} {noun} {number}"),
        (88, f"{place}: The {adjective} {noun}"),
        (93, f"A {noun} in {place}"),
        (97, f"{noun} at {number * 3} O'Clock"),
    )
    return next((name for below, name in shapes if shape < below), f"{place} {noun} {number}")


def title_rows(slate: Slate, seed: int) -> dict[str, list[Any] | np.ndarray]:
    """The `titles` table, one column each, sorted as the slate is."""
    rng = stream(seed, "titles")
    count = len(slate.film)
    edition = rng.random(count)
    articles = rng.random(len(slate.film_name)) < 0.12
    studio = pick(words.STUDIOS, rng.integers(0, 2**40, len(slate.film_name)))
    film = slate.film.tolist()
    return {
        "title_id": title_ids(count),
        "ean": _product_codes(count, rng),
        "name": [_shelf_name(slate.film_name[f], articles[f], edition[i]) for i, f in enumerate(film)],
        "year": slate.film_year[slate.film],
        "studio": [studio[f] for f in film],
        "format": [FORMATS[f] for f in slate.format.tolist()],
        "list_price": slate.price / 100,
    }


def title_ids(count: int) -> list[str]:
    """Names of the titles."""
    return [f"T{i:06d}" for i in range(1, count + 1)]


def _shelf_name(name: str, article_last: bool, edition: float) -> str:
    """The name as a catalogue writes it."""
    if article_last and name.startswith("The "):
        name = f"{name[4:]}, The"
    if edition < 0.03:
        return f"{name} (Steelbook)"
    return f"{name} (Collector's Edition)" if edition < 0.06 else name


def _product_codes(count: int, rng: np.random.Generator) -> list[str]:
    """UPC (12 digits) for two thirds, EAN (13) for the others, each with its check digit, all different."""
    item = rng.permutation(90_000)[:count] if count <= 90_000 else rng.permutation(count)
    maker = rng.integers(10_000, 99_999, count)
    bodies = [f"{m:05d}{i:06d}" for m, i in zip(maker.tolist(), item.tolist(), strict=True)]
    prefixes = rng.choice(["", "5", "3"], count, p=[0.66, 0.2, 0.14]).tolist()
    return [with_check_digit(f"{p}{b}") for p, b in zip(prefixes, bodies, strict=True)]


def with_check_digit(digits: str) -> str:
    """An UPC or EAN with its check digit, from the digits before it.

    Source: GS1 General Specifications, 7.9: weights 3 and 1 from the right.

    Examples
    --------
    >>> with_check_digit("03600029145"), with_check_digit("400638133393")
    ('036000291452', '4006381333931')
    """
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


def street_date_rows(slate: Slate, titles: list[str]) -> dict[str, list[Any] | np.ndarray]:
    """The `street_dates` table: one row for each announcement, in the order in which they became known."""
    moved = np.flatnonzero(slate.moved_at < NEVER)
    title = np.concatenate([np.arange(len(slate.film)), moved])
    known = np.concatenate([slate.announced_at, slate.moved_at[moved]])
    date = np.concatenate([slate.street, slate.moved_to[moved]])
    order = np.lexsort([title, known])
    return {
        "title_id": [titles[i] for i in title[order].tolist()],
        "street_date": date[order],
        "known_at": known[order],
    }
