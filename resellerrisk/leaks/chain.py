"""The chain behind tracing: what it runs on, its state, and the priors.

A suspect is no source, or a source that signs with any tag, or a source with one or more *streams*: tags it signs with, each with a
rate (a node of `RATES`) and a start (the delivery from which on it flows). Nothing is drawn here; that is `sampling`. The model and
the reasons for its priors are in docs/tracing.md.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

#: Copies per launch held early, of a stream: the nodes over which the rate is summed.
RATES = np.array([0.02, 0.05, 0.12, 0.25, 0.5, 0.9])
#: Prior: one account in fifty is a source, known as well as from so many accounts; each class is drawn towards all by so many accounts.
PRIOR_SOURCES, PRIOR_ACCOUNTS, CLASS_ACCOUNTS = 10.0, 500.0, 20.0
#: Prior: a tenth of launches has a copy from elsewhere, known as well as from ten launches.
PRIOR_ELSEWHERE, PRIOR_LAUNCHES = 1.0, 10.0
#: Copies from elsewhere per launch at the chain's first sweep: few, so that sources are looked for first.
ELSEWHERE_AT_FIRST = 0.02
#: Prior: one source in five signs with any tag, known as well as from five sources.
PRIOR_ANY, PRIOR_ANY_OF = 1.0, 5.0
#: Prior: one further tag in a hundred is a source's own too, known as well as from a hundred tags.
PRIOR_FURTHER, PRIOR_FURTHER_OF = 1.0, 100.0
#: Prior weight of the market's tags: copies, among those from elsewhere; streams, among first tags.
ELSEWHERE_TAGS, FIRST_TAGS = 10.0, 1.0
#: Copies from elsewhere per launch in a period are drawn towards those of all time by so many launches.
PERIOD_LAUNCHES = 10.0
#: Prior probability that a stream began after the source's first early holding.
LATE_START = 0.2

#: Modes of a suspect.
HONEST, SIGNED, ANY_TAG = 0, 1, 2


class Suspects(NamedTuple):
    """What the chain runs on. Pairs (a holding and a copy of its launch) stand by suspect, tag, delivery.

    Parameters
    ----------
    streams : int64[n_suspects + 1]
        Streams (one a tag of a suspect's pairs) of suspect s stand at ``streams[s]:streams[s + 1]``.
    pairs : int64[n_streams + 1]
        Pairs of stream j stand at ``pairs[j]:pairs[j + 1]``.
    tag : int64[n_streams]
    suspect_of, stream_of : int64[n_pairs]
    kind : int64[n_suspects]
        Class of accounts that share a prevalence.
    silent : float64[n_suspects, n_rates]
        Probability of no copy at all from a stream of each rate (copies themselves apart).
    copy : int64[n_pairs]
    weight : float64[n_pairs]
        Density (a day) of this copy at rate 1.
    late : float64[n_pairs, n_rates]
        Prior of a start at this holding times the probability of no copy from then on (copies themselves apart).
    others : float64[n_others, n_rates]
        As `silent`, for accounts with early holdings and no copy.
    others_kind : int64[n_others]
    by_copy, copy_starts : int64[n_pairs], int64[n_copies + 1]
        Pairs by copy.
    copy_tag : int64[n_copies]
        Unsigned copies share one tag.
    elsewhere : float64[n_copies]
        Density (a day) of a copy from elsewhere, if each launch has one.
    copy_period : int64[n_copies]
    elsewhere_exposure : float64[n_periods]
        Launches that have had their time.
    market_tags : float64[n_tags]
        Share of copies that carry a tag.
    """

    streams: np.ndarray
    pairs: np.ndarray
    tag: np.ndarray
    suspect_of: np.ndarray
    stream_of: np.ndarray
    kind: np.ndarray
    silent: np.ndarray
    copy: np.ndarray
    weight: np.ndarray
    late: np.ndarray
    others: np.ndarray
    others_kind: np.ndarray
    by_copy: np.ndarray
    copy_starts: np.ndarray
    copy_tag: np.ndarray
    elsewhere: np.ndarray
    copy_period: np.ndarray
    elsewhere_exposure: np.ndarray
    market_tags: np.ndarray


class Chain(NamedTuple):
    """The chain's state, changed in place."""

    mode: np.ndarray  # int64[n_suspects]: HONEST, SIGNED (perhaps with no tag seen yet) or ANY_TAG
    plain_rate: np.ndarray  # int64[n_suspects], rate of a source without streams
    rate: np.ndarray  # int64[n_streams], -1 = does not flow
    begin: np.ndarray  # int64[n_streams], pair from which on it flows
    density: np.ndarray  # float64[n_pairs], of the copy having come from the holding
    total: np.ndarray  # float64[n_copies], of the copy by all ways together
    from_elsewhere: np.ndarray  # float64[n_copies]
    shift: np.ndarray  # float64[n_copies], zeros between uses
    source: np.ndarray  # float64[n_suspects], probability given all others' states
    faint: (
        np.ndarray
    )  # float64[n_streams], probability that it flows given all others' states, where small; else -1
    faint_rate: np.ndarray  # float64[n_streams], mean rate if it flows
    rate_share: np.ndarray  # float64[n_rates]
    tag_streams: np.ndarray  # float64[n_tags], streams that flow
    prevalence: np.ndarray  # float64[n_kinds]
    market: (
        np.ndarray
    )  # float64[3]: copies from elsewhere per launch, share of ANY_TAG, chance of a further tag
    seed: np.ndarray  # uint64[1]


class Draws(NamedTuple):
    """What the kept sweeps say on average.

    Parameters
    ----------
    source : float64[n_suspects]
        Probability of being a source.
    rate : float64[n_suspects]
        Copies per launch held early, all streams together.
    pair : float64[n_pairs]
        Probability that the copy came from this holding.
    none : float64[n_copies]
        Probability that the copy came from elsewhere.
    counts : int32[n_sweeps, n_suspects]
        Copies drawn to each suspect, sweep by sweep.
    rate_share : float64[n_rates]
    prevalence : float64[n_kinds]
    market : float64[3]
        As in `Chain`.
    """

    source: np.ndarray
    rate: np.ndarray
    pair: np.ndarray
    none: np.ndarray
    counts: np.ndarray
    rate_share: np.ndarray
    prevalence: np.ndarray
    market: np.ndarray


def start_chain(suspects: Suspects, n_kinds: int, seed: int) -> Chain:
    """A chain in which nobody is a source.

    Parameters
    ----------
    suspects : Suspects
    n_kinds : int
    seed : int

    Returns
    -------
    Chain
    """
    n, n_streams, n_copies = len(suspects.kind), len(suspects.tag), len(suspects.copy_tag)
    return Chain(
        mode=np.zeros(n, np.int64),
        plain_rate=np.zeros(n, np.int64),
        rate=np.full(n_streams, -1, np.int64),
        begin=np.zeros(n_streams, np.int64),
        density=np.zeros(len(suspects.copy)),
        total=np.zeros(n_copies),
        from_elsewhere=ELSEWHERE_AT_FIRST * suspects.elsewhere * suspects.market_tags[suspects.copy_tag],
        shift=np.zeros(n_copies),
        source=np.zeros(n),
        faint=np.full(n_streams, -1.0),
        faint_rate=np.zeros(n_streams),
        rate_share=np.full(len(RATES), 1 / len(RATES)),
        tag_streams=np.zeros(len(suspects.market_tags)),
        prevalence=np.full(n_kinds, PRIOR_SOURCES / PRIOR_ACCOUNTS),
        market=np.array(
            [
                ELSEWHERE_AT_FIRST,
                PRIOR_ANY / PRIOR_ANY_OF,
                PRIOR_FURTHER / PRIOR_FURTHER_OF,
            ]
        ),
        seed=np.array([seed], np.uint64),
    )


def empty_draws(suspects: Suspects, chain: Chain, kept: int) -> Draws:
    """Averages to be filled by a run that keeps so many sweeps."""
    return Draws(
        source=np.zeros(len(suspects.kind)),
        rate=np.zeros(len(suspects.kind)),
        pair=np.zeros(len(suspects.copy)),
        none=np.zeros(len(suspects.copy_tag)),
        counts=np.zeros((kept, len(suspects.kind)), np.int32),
        rate_share=np.zeros(len(chain.rate_share)),
        prevalence=np.zeros(len(chain.prevalence)),
        market=np.zeros(len(chain.market)),
    )
