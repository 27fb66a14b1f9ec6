"""When copies appear, and how often by circumstance: what tracing learns about all sources together.

Four things are estimated, each shrunk towards a broad prior: the delay from delivery to copy; how much likelier a disc that came so
many days before street date is copied; how much likelier the copy of a launch that so many accounts hold; and when, before street date,
copies from elsewhere appear. No account is judged here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resellerrisk.leaks.holdings import DAY, LONGEST_DELAY_DAYS, Case

#: Days from delivery to copy.
DELAY_EDGES = np.array([0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 11, 15, 20, 30, 45, LONGEST_DELAY_DAYS], float)
#: Days from delivery to street date; the last class is open.
LEAD_EDGES = np.array([0, 1, 2, 3, 5, 7, 10, 14, 20, 30], float)
#: Days from copy to street date; the last class is open.
COPY_LEAD_EDGES = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 25, 30, 40, 60, 120], float)
#: Accounts that hold a launch early: 0, 1, 2-3, 4-7, ...
HOLDER_CLASSES = 14

_MEAN_DELAY_DAYS, _DELAY_WEIGHT = 7.0, 20.0
_LEAD_WEIGHT, _COPY_LEAD_WEIGHT, _HOLDERS_WEIGHT = 5.0, 10.0, 5.0
#: What part of the copies is thought to come from elsewhere before any is laid to an account.
_ELSEWHERE_AT_FIRST = 0.1
_REPORT_DAYS, _REPORT_STEPS = 1.0, 8


@dataclass(frozen=True)
class Timing:
    """What holds for all sources of a market.

    Parameters
    ----------
    delay : ndarray of float64, shape (n_delays,)
        Share of copies by class of `DELAY_EDGES`.
    lead : ndarray of float64, shape (n_leads,)
        Factor on a source's rate by class of `LEAD_EDGES`.
    launch : ndarray of float64, shape (n_launches,)
        Factor on a source's rate, and on copies from elsewhere.
    copy_lead : ndarray of float64
        Share of copies from elsewhere by class of `COPY_LEAD_EDGES`.
    report_days : ndarray of float64
        Days from copy to its becoming known: equally likely values, ascending.
    """

    delay: np.ndarray
    lead: np.ndarray
    launch: np.ndarray
    copy_lead: np.ndarray
    report_days: np.ndarray


def assume_timing(case: Case) -> Timing:
    """Timing before any copy is laid to an account: priors, and what the copies alone tell.

    Parameters
    ----------
    case : Case

    Returns
    -------
    Timing
    """
    return Timing(
        _delay_prior(),
        np.ones(len(LEAD_EDGES)),
        _launch_factor(case),
        _copy_lead_share(case, np.full(len(case.copy_at), _ELSEWHERE_AT_FIRST)),
        _report_days(case),
    )


def estimate_timing(
    case: Case, timing: Timing, pair_probability: np.ndarray, none: np.ndarray, rate: np.ndarray
) -> Timing:
    """Timing anew, given how likely each holding is each copy's source.

    Parameters
    ----------
    case : Case
    timing : Timing
        As assumed when the probabilities were computed.
    pair_probability : ndarray of float64, shape (n_pairs,)
    none : ndarray of float64, shape (n_copies,)
        Probability that a copy is from elsewhere.
    rate : ndarray of float64, shape (n_holdings,)
        Expected rate of each holding's account, 0 for no source.

    Returns
    -------
    Timing
    """
    delays = np.bincount(class_of(case.pair_delay, DELAY_EDGES), pair_probability, len(DELAY_EDGES) - 1)
    delay = delays + _DELAY_WEIGHT * _delay_prior()
    leads = class_of(case.holding_lead, LEAD_EDGES)
    seen = np.bincount(leads[case.pair_holding], pair_probability, len(LEAD_EDGES))
    plain = rate * timing.launch[case.holding_launch]
    plain *= _time_enough(case, timing)
    expected = np.bincount(leads, plain, len(LEAD_EDGES))
    lead = (seen + _LEAD_WEIGHT) / (expected + _LEAD_WEIGHT)
    scale = (lead @ expected + _LEAD_WEIGHT) / (expected.sum() + _LEAD_WEIGHT)
    return Timing(
        delay / delay.sum(), lead / scale, timing.launch, _copy_lead_share(case, none), timing.report_days
    )


def holding_exposure(case: Case, timing: Timing) -> np.ndarray:
    """Copies to be expected, and known by now, of each holding, were its account a source with rate 1.

    Parameters
    ----------
    case : Case
    timing : Timing

    Returns
    -------
    ndarray of float64, shape (n_holdings,)
        0 for what was delivered just now.
    """
    exposure = timing.lead[class_of(case.holding_lead, LEAD_EDGES)]
    exposure *= timing.launch[case.holding_launch]
    exposure *= _time_enough(case, timing)
    return exposure


def pair_weight(case: Case, timing: Timing) -> np.ndarray:
    """Density (a day) of each pair's copy, were the holding's account a source with rate 1."""
    lead = timing.lead[class_of(case.holding_lead[case.pair_holding], LEAD_EDGES)]
    classes = class_of(case.pair_delay, DELAY_EDGES)
    density = (timing.delay / np.diff(DELAY_EDGES))[classes]
    return lead * timing.launch[case.copy_launch[case.pair_copy]] * density


def elsewhere_density(case: Case, timing: Timing) -> np.ndarray:
    """Density (a day) of each copy, had each launch one copy from elsewhere."""
    widths = np.diff(np.r_[COPY_LEAD_EDGES, 2 * COPY_LEAD_EDGES[-1]])
    density = (timing.copy_lead / widths)[class_of(case.copy_lead, COPY_LEAD_EDGES)]
    return density * timing.launch[case.copy_launch]


def elsewhere_exposure(case: Case, timing: Timing) -> np.ndarray:
    """How far each launch, by its factor, has had the time for a copy from elsewhere."""
    ahead = (case.launch_street - case.moment) / DAY
    passed = 1 - np.interp(ahead, np.r_[COPY_LEAD_EDGES, 240.0], np.r_[0, np.cumsum(timing.copy_lead)])
    return timing.launch * passed


def _time_enough(case: Case, timing: Timing) -> np.ndarray:
    """Probability that a copy of a holding, if ever made, appeared before street date and is known by now."""
    cumulated = np.r_[0, np.cumsum(timing.delay)]
    enough = np.interp(case.holding_lead, DELAY_EDGES, cumulated)
    age = (case.moment - case.holding_at) / DAY
    young = np.flatnonzero(age < LONGEST_DELAY_DAYS + timing.report_days[-1])
    left = age[young, None] - timing.report_days[None, :]
    seen = np.interp(np.minimum(left, case.holding_lead[young, None]), DELAY_EDGES, cumulated)
    enough[young] = seen.mean(axis=1)
    return enough


def class_of(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    found = np.searchsorted(edges, values, side="right")
    found -= 1
    return np.clip(found, 0, len(edges) - 1, out=found)


def _delay_prior() -> np.ndarray:
    return np.diff(1 - np.exp(-DELAY_EDGES / _MEAN_DELAY_DAYS)) / (
        1 - np.exp(-LONGEST_DELAY_DAYS / _MEAN_DELAY_DAYS)
    )


def _copy_lead_share(case: Case, none: np.ndarray) -> np.ndarray:
    counted = np.bincount(class_of(case.copy_lead, COPY_LEAD_EDGES), none, len(COPY_LEAD_EDGES))
    prior = np.full(len(COPY_LEAD_EDGES), _COPY_LEAD_WEIGHT / len(COPY_LEAD_EDGES))
    return (counted + prior) / (counted.sum() + _COPY_LEAD_WEIGHT)


def _launch_factor(case: Case) -> np.ndarray:
    """How many more copies a launch that so many accounts hold has than others; 1 on the mean of all holdings."""
    holders = np.bincount(case.holding_launch, minlength=len(case.launch_street))
    copies = np.bincount(case.copy_launch, minlength=len(case.launch_street))
    classes = np.minimum(np.ceil(np.log2(holders + 1)).astype(np.int64), HOLDER_CLASSES - 1)
    settled = case.launch_street < case.moment
    n_launches = np.bincount(classes[settled], minlength=HOLDER_CLASSES)
    n_copies = np.bincount(classes[settled], copies[settled], HOLDER_CLASSES)
    mean = (n_copies.sum() + 1) / (n_launches.sum() + 10)
    factor = (n_copies + _HOLDERS_WEIGHT * mean) / (n_launches + _HOLDERS_WEIGHT)
    of_launch = np.where(settled, factor[classes], mean)
    return of_launch * (holders.sum() + 1) / (of_launch @ holders + mean)


def _report_days(case: Case) -> np.ndarray:
    days = np.r_[(case.copy_known - case.copy_at) / DAY, _REPORT_DAYS]
    return np.quantile(days, (np.arange(_REPORT_STEPS) + 0.5) / _REPORT_STEPS)
