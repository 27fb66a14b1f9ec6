"""Who held which film before its copy appeared: what tracing looks at, cut at a moment.

`gather_evidence` brings the tables into arrays once; `cut_evidence` takes from them what was known strictly before a moment. Titles of
one film whose street dates lie close together are one *launch*, for a copy of the film can come from any of its discs (a DVD rip is
made from a Blu-ray as well). Copies of one launch signed by one group count once. Nothing is estimated here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numba import njit

from resellerrisk.leaks.deliveries import first_early
from resellerrisk.leaks.match import list_films, match_leaks
from resellerrisk.leaks.releases import parse_release

if TYPE_CHECKING:
    from resellerrisk.tables import Market

DAY = 86_400_000_000
#: Titles of one film whose street dates lie further apart are different launches.
LAUNCH_GAP_DAYS = 90
#: A copy that appears later than this after a delivery is not laid to it.
LONGEST_DELAY_DAYS = 60
#: A copy that appears so long before the street date has nothing to do with this launch.
LONGEST_LEAD_DAYS = 180
#: Days from order to delivery where no shipments are known; an assumption.
DELIVERY_DAYS = 3
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Evidence:
    """Deliveries, announcements and leaks as arrays, for all time. Times are microseconds (int64).

    Parameters
    ----------
    account_ids : pandas.Index
        What account codes count.
    applied_at : ndarray of int64, shape (n_accounts,)
    holder : ndarray of int64, shape (n_accounts,)
        Under which account's code each account's holdings stand: its own, or the first of its group.
    title_ids : pandas.Index
        What title codes count.
    film_of_title : ndarray of int64, shape (n_titles,)
    delivery_account, delivery_title, delivery_at : ndarray of int64, shape (n_deliveries,)
        First delivery of a title to an account, if it may have been before a street date; by account, time, title.
    announced_title, announced_date, announced_known : ndarray of int64
        Street dates, by title and the moment they became known.
    leak_id : ndarray of object, shape (n_leaks,)
    leak_film, leak_title, leak_tag, leak_at, leak_known : ndarray of int64, shape (n_leaks,)
        By known-at, then id; -1 where film, title or tag is not known.
    tags : tuple of str
        Release groups, in the order of their names.
    matches : DataFrame
        What `match_leaks` found, in the order of the leaks here. Street dates are no hint in it: they become known over time.
    """

    account_ids: pd.Index
    applied_at: np.ndarray
    holder: np.ndarray
    title_ids: pd.Index
    film_of_title: np.ndarray
    delivery_account: np.ndarray
    delivery_title: np.ndarray
    delivery_at: np.ndarray
    announced_title: np.ndarray
    announced_date: np.ndarray
    announced_known: np.ndarray
    leak_id: np.ndarray
    leak_film: np.ndarray
    leak_title: np.ndarray
    leak_tag: np.ndarray
    leak_at: np.ndarray
    leak_known: np.ndarray
    tags: tuple[str, ...]
    matches: pd.DataFrame = field(repr=False)


@dataclass(frozen=True)
class Case:
    """What was known before a moment: early holdings, copies, and who could have been the source of which.

    A *suspect* is an account that held a launch before a copy of it appeared. Times are days (float64) before or after each other.

    Parameters
    ----------
    moment : int
        Microseconds.
    holding_account, holding_launch : ndarray of int64, shape (n_holdings,)
        First delivery of a launch to an account before the launch's street date; by account and time.
    holding_at : ndarray of int64
    holding_lead : ndarray of float64
        Days from delivery to street date.
    launch_street : ndarray of int64, shape (n_launches,)
    copy_launch, copy_tag, copy_at, copy_known : ndarray of int64, shape (n_copies,)
        One row a launch and tag: the first leak before the street date.
    copy_lead : ndarray of float64
    copy_of_leak : ndarray of int64, shape (n_leaks,)
        Row of the copy that each leak is, -1 where it is none (not matched, after the street date, not yet known).
    pair_holding, pair_copy : ndarray of int64, shape (n_pairs,)
        Each holding that can have been a copy's source, by holding and then copy.
    pair_delay : ndarray of float64
        Days from delivery to copy.
    """

    moment: int
    holding_account: np.ndarray
    holding_launch: np.ndarray
    holding_at: np.ndarray
    holding_lead: np.ndarray
    launch_street: np.ndarray
    copy_launch: np.ndarray
    copy_tag: np.ndarray
    copy_at: np.ndarray
    copy_known: np.ndarray
    copy_lead: np.ndarray
    copy_of_leak: np.ndarray
    pair_holding: np.ndarray
    pair_copy: np.ndarray
    pair_delay: np.ndarray


def gather_evidence(market: Market, groups: np.ndarray | None = None) -> Evidence:
    """Bring a market's deliveries, street dates and leaks into arrays.

    Parameters
    ----------
    market : Market
        Orders stand in for shipments where there is no shipment at all (delivered `DELIVERY_DAYS` after ordering).
    groups : ndarray of int, shape (n_accounts,), optional
        Accounts of one group are taken as one holder: the group's first account by code.

    Returns
    -------
    Evidence
    """
    films = list_films(market.titles)
    n_accounts = len(market.account_ids)
    holder = np.arange(n_accounts) if groups is None else _first_of_group(np.asarray(groups))
    applied_at = np.full(n_accounts, _NEVER, np.int64)
    applied_at[market.accounts["account_id"].cat.codes] = _microseconds(market.accounts["applied_at"])
    title_codes = market.titles["title_id"].cat.codes.to_numpy(np.int64)
    film_of_title = np.full(len(market.title_ids), -1, np.int64)
    film_of_title[title_codes] = films.of_title
    announced = _read_announcements(market)
    return Evidence(
        market.account_ids,
        applied_at,
        holder,
        market.title_ids,
        film_of_title,
        *_read_deliveries(market, announced, holder),
        *announced,
        *_read_leaks(market, films),
    )


def _read_announcements(market: Market) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    frame = market.street_dates
    title = frame["title_id"].cat.codes.to_numpy(np.int64)
    date, known = _microseconds(frame["street_date"]), _microseconds(frame["known_at"])
    order = np.lexsort([date, known, title])
    order = order[(title[order] >= 0) & (date[order] != _NEVER)]
    return title[order], date[order], known[order]


def _read_deliveries(
    market: Market, announced: tuple[np.ndarray, ...], holder: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First deliveries of a title to an account that were before the latest street date ever announced for it."""
    if len(market.shipments):
        frame, column, delay = market.shipments, "delivered_at", 0
    else:
        frame, column, delay = market.orders, "ordered_at", DELIVERY_DAYS * DAY
    latest = np.full(len(market.title_ids), np.iinfo(np.int64).min, np.int64)
    np.maximum.at(latest, announced[0], announced[1])
    account, title = (frame[name].cat.codes.to_numpy() for name in ("account_id", "title_id"))
    at = frame[column].to_numpy("datetime64[us]").view(np.int64)
    return first_early(account, title, at, delay, holder, latest)


def _first_of_group(groups: np.ndarray) -> np.ndarray:
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    return first[inverse]


def _read_leaks(market: Market, films) -> tuple:
    leaks = market.leaks
    matches = match_leaks(leaks, market.titles, films=films)
    groups = [parse_release(name).group for name in leaks["release_name"].fillna("").astype(str)]
    tags = tuple(sorted({group for group in groups if group}))
    code = {tag: i for i, tag in enumerate(tags)}
    tag = np.array([code.get(group, -1) for group in groups], np.int64)
    ids = leaks["leak_id"].astype(str).to_numpy(object)
    known = _microseconds(leaks["known_at"])
    order = np.lexsort([ids.astype(str), known])
    columns = (
        ids,
        matches["film"].to_numpy(np.int64),
        leaks["title_id"].cat.codes.to_numpy(np.int64),
        tag,
        _microseconds(leaks["leaked_at"]),
        known,
    )
    return *(column[order] for column in columns), tags, matches.iloc[order].reset_index(drop=True)


def _microseconds(times: pd.Series) -> np.ndarray:
    """Times as int64; missing ones are at the end of all time."""
    values = times.to_numpy("datetime64[us]")
    return np.where(np.isnat(values), _NEVER, values.astype(np.int64))


def cut_evidence(evidence: Evidence, moment: int) -> Case:
    """What was known strictly before a moment.

    Parameters
    ----------
    evidence : Evidence
    moment : int
        Microseconds.

    Returns
    -------
    Case
        The same, to the bit, as from evidence of a market cut before that moment.
    """
    street = newest_street_dates(evidence, moment)
    launch_of_title, launch_film, launch_street = find_launches(evidence.film_of_title, street)
    holdings = _early_holdings(
        evidence.delivery_account,
        evidence.delivery_title,
        evidence.delivery_at,
        launch_of_title,
        launch_street,
        moment,
    )
    known = int(np.searchsorted(evidence.leak_known, moment, side="left"))
    launch_of_leak = _place_leaks(evidence, known, launch_of_title, launch_film, launch_street)
    first, copy_of_leak = _find_copies(launch_of_leak, evidence.leak_tag[:known], evidence.leak_at[:known])
    pairs = _pair(*holdings[:3], launch_of_leak[first], evidence.leak_at[first], len(launch_street))
    return Case(
        moment,
        *holdings,
        launch_street,
        launch_of_leak[first],
        _compact(evidence.leak_tag[first]),
        evidence.leak_at[first],
        evidence.leak_known[first],
        (launch_street[launch_of_leak[first]] - evidence.leak_at[first]) / DAY,
        np.r_[copy_of_leak, np.full(len(evidence.leak_id) - known, -1)],
        *pairs,
    )


def newest_street_dates(evidence: Evidence, moment: int) -> np.ndarray:
    """Street date (microseconds) of each title by the newest announcement known before a moment; the end of time where there is none."""
    return _newest_dates(
        len(evidence.film_of_title),
        evidence.announced_title,
        evidence.announced_date,
        evidence.announced_known,
        moment,
    )


@njit(cache=True)
def _newest_dates(n_titles, announced_title, announced_date, announced_known, moment):
    """Street date of each title by the newest announcement before the moment; no time at all where there is none."""
    street = np.full(n_titles, np.iinfo(np.int64).max, np.int64)
    for i in range(announced_title.size):
        if announced_known[i] < moment:
            street[announced_title[i]] = announced_date[i]
    return street


def find_launches(film_of_title: np.ndarray, street: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Launch of each title (-1 without a street date), and each launch's film and first street date, by film and date."""
    order = np.lexsort([street, film_of_title])
    order = order[(street[order] != _NEVER) & (film_of_title[order] >= 0)]
    film, date = film_of_title[order], street[order]
    new = np.r_[True, (film[1:] != film[:-1]) | (np.diff(date) > LAUNCH_GAP_DAYS * DAY)][: len(order)]
    launch_of_title = np.full(len(street), -1, np.int64)
    launch_of_title[order] = np.cumsum(new) - 1
    return launch_of_title, film[new], date[new]


@njit(cache=True)
def _early_holdings(account, title, at, launch_of_title, launch_street, moment):
    """First delivery of each launch to each account, if before its street date and the moment."""
    kept = np.empty(account.size, np.int64)
    last_holder = np.full(launch_street.size, -1, np.int64)
    n = 0
    for i in range(account.size):
        launch = launch_of_title[title[i]]
        if (
            launch < 0
            or at[i] >= moment
            or at[i] >= launch_street[launch]
            or last_holder[launch] == account[i]
        ):
            continue
        last_holder[launch] = account[i]
        kept[n] = i
        n += 1
    kept = kept[:n]
    launch = launch_of_title[title[kept]]
    return account[kept], launch, at[kept], (launch_street[launch] - at[kept]) / 86_400_000_000


def _place_leaks(evidence, known, launch_of_title, launch_film, launch_street) -> np.ndarray:
    """Launch of each known leak: of its title, else the film's with the nearest street date; -1 unless it came before that date."""
    film, title, at = evidence.leak_film[:known], evidence.leak_title[:known], evidence.leak_at[:known]
    launch = np.where(title >= 0, launch_of_title[title], -1)
    first, behind = np.searchsorted(launch_film, film), np.searchsorted(launch_film, film, side="right")
    for i in np.flatnonzero((launch < 0) & (film >= 0) & (behind > first)):
        launch[i] = first[i] + np.argmin(np.abs(launch_street[first[i] : behind[i]] - at[i]))
    placed = launch >= 0
    lead = launch_street[launch[placed]] - at[placed]
    launch[placed] = np.where((lead > 0) & (lead <= LONGEST_LEAD_DAYS * DAY), launch[placed], -1)
    return launch


def _find_copies(launch: np.ndarray, tag: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The leak that is the first of each launch and tag (an unsigned leak stands alone), and each leak's copy."""
    rows = np.flatnonzero(launch >= 0)
    signed = np.where(tag[rows] >= 0, tag[rows], -1 - rows)
    order = np.lexsort([rows, at[rows], signed, launch[rows]])
    rows, signed = rows[order], signed[order]
    new = np.r_[True, (launch[rows][1:] != launch[rows][:-1]) | (signed[1:] != signed[:-1])][: len(rows)]
    copy_of_leak = np.full(len(launch), -1, np.int64)
    copy_of_leak[rows] = np.cumsum(new) - 1
    return rows[new], copy_of_leak


def _compact(tag: np.ndarray) -> np.ndarray:
    """Tags counted among those there are, in the order of their names; -1 stays."""
    _, codes = np.unique(np.r_[-1, tag], return_inverse=True)
    return codes[1:] - 1


def _pair(account, launch, at, copy_launch, copy_at, n_launches) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    starts = np.r_[0, np.cumsum(np.bincount(copy_launch, minlength=n_launches))].astype(np.int64)
    return _pair_holdings(launch, at, starts, copy_at, LONGEST_DELAY_DAYS * DAY)


@njit(cache=True)
def _pair_holdings(launch, at, starts, copy_at, longest):
    """Holdings with the copies of their launch that appeared after the delivery, but not too long after."""
    n = 0
    for i in range(launch.size):
        for c in range(starts[launch[i]], starts[launch[i] + 1]):
            n += at[i] < copy_at[c] <= at[i] + longest
    holding, copy, delay = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.float64)
    n = 0
    for i in range(launch.size):
        for c in range(starts[launch[i]], starts[launch[i] + 1]):
            if at[i] < copy_at[c] <= at[i] + longest:
                holding[n], copy[n], delay[n] = i, c, (copy_at[c] - at[i]) / 86_400_000_000
                n += 1
    return holding, copy, delay
