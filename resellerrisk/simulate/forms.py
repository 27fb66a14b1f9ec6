"""The application forms: what each account says of itself.

Fakes lie, but plausibly: a form is drawn as for the trade that is claimed, a share of a fake's fields as for a small,
young shop. No column tells fakes from honest accounts; honest ones leave fields empty and mistype them too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np

from resellerrisk.simulate import identity, words
from resellerrisk.simulate.assumptions import Setting
from resellerrisk.simulate.behaviour import Periods
from resellerrisk.simulate.calendar import DAY, YEAR
from resellerrisk.simulate.population import Population
from resellerrisk.simulate.randomness import pick, scatter, stream
from resellerrisk.simulate.sharing import Marks, Sightings
from resellerrisk.vocabulary import ADDRESS_KINDS, IDENTIFIER_KINDS

Columns = dict[str, list[Any] | np.ndarray]
#: What a tilted form field is like: that of a small, young shop.
_YOUNG = {"free_mail": 0.55, "no_site": 0.30, "no_tax_id": 0.16, "age_years": 1.0}
_DISPOSABLE = 0.006
_TAX_ID_SLIPS = 0.03


def account_ids(count: int) -> list[str]:
    """Names of the accounts, in the order in which they applied."""
    width = max(5, len(str(count)))
    return [f"A{i:0{width}d}" for i in range(1, count + 1)]


def account_rows(
    setting: Setting, population: Population, periods: Periods, marks: Marks, seed: int
) -> Columns:
    """The `accounts` table, one column each, in the order in which the accounts applied.

    Parameters
    ----------
    setting : Setting
    population : Population
    periods : Periods
        For what a shop may truly buy, of which what it declares is a guess.
    marks : Marks
    seed : int

    Returns
    -------
    dict of columns
        Times and dates in seconds; `None` or NaN where a field is left empty.
    """
    rng = stream(seed, "forms")
    count, everyone = len(population), np.arange(len(population))
    countries = [setting.countries[i][0] for i in population.country.tolist()]
    business_type = _business_types(setting, population, rng)
    trading = identity.firm_names(seed, everyone, business_type)
    place = identity.addresses(seed, marks.form["address"], countries)
    site = _sites(setting, population, trading, countries, rng)
    age = _figure(setting, population, "age_years", rng) * np.exp(0.9 * rng.standard_normal(count))
    founded = population.applied_at - (np.minimum(age, 90) * YEAR).astype(np.int64) - 20 * DAY
    registered = _registered(founded, population.applied_at, rng)
    form = {
        "account_id": account_ids(count),
        "applied_at": population.applied_at,
        "legal_name": _legal_names(seed, trading, countries, rng),
        "trading_name": trading,
        "business_type": business_type,
        "country": countries,
        "region": [region or None for region in place["region"]],
        "city": place["city"],
        "postcode": place["postcode"],
        "street": place["street"],
        "address_kind": [ADDRESS_KINDS[i] for i in marks.address_kind.tolist()],
        "email": _mails(setting, population, marks, site, countries, seed, rng),
        "phone": identity.phones(seed, marks.form["phone"], countries, rng.integers(0, 3, count)),
        "website": site,
        "tax_id": _tax_ids(setting, population, countries, seed, rng),
        "founded_on": founded // DAY * DAY,
        "website_registered_on": _dates(registered // DAY * DAY, np.array([s is None for s in site])),
        "store_count": _stores(setting, population, rng),
        "declared_monthly_units": _declared(population, periods, rng),
        "street_date_agreement": rng.random(count) < np.where(population.is_fake, 0.955, 0.94),
    }
    return _with_gaps(setting, form, rng)


def _figure(setting: Setting, population: Population, name: str, rng: np.random.Generator) -> np.ndarray:
    """A figure of each account's trade; of some fakes, that of a small, young shop."""
    usual = np.array([getattr(trade, name) for trade in setting.trades])[population.kind]
    tilted = population.is_fake & (rng.random(len(population)) < setting.form_tilt)
    tilted &= population.since <= population.applied_at
    return np.where(tilted, _YOUNG[name], usual)


def _business_types(setting: Setting, population: Population, rng: np.random.Generator) -> list[str]:
    chance = rng.random(len(population)).tolist()
    return [
        _pick(setting.trades[kind].business_types, at)
        for kind, at in zip(population.kind.tolist(), chance, strict=True)
    ]


def _pick(shares: tuple[tuple[str, float], ...], at: float) -> str:
    """The name whose part of the whole holds the place ``at``, 0-1."""
    for name, share in shares:
        at -= share
        if at < 0:
            return name
    return shares[-1][0]


def _legal_names(seed: int, trading: list[str], countries: list[str], rng: np.random.Generator) -> list[str]:
    """Half the firms are registered under their trading name, half under an owner's."""
    chance = rng.integers(0, 2**40, len(trading))
    surname = [words.SURNAMES[c][i % 60] for c, i in zip(countries, chance.tolist(), strict=True)]
    form = [
        words.LEGAL_FORMS[c][i // 64 % len(words.LEGAL_FORMS[c])]
        for c, i in zip(countries, chance.tolist(), strict=True)
    ]
    own = (chance // 4096 % 2 == 0).tolist()
    second = pick(words.FIRM_WORDS, scatter(seed, "register", np.arange(len(trading))))
    stems = [
        t if o else f"{s} {w} {t.split()[-1]}"
        for t, o, s, w in zip(trading, own, surname, second, strict=True)
    ]
    return [f"{stem} {f}".strip() for stem, f in zip(stems, form, strict=True)]


def _sites(
    setting: Setting,
    population: Population,
    trading: list[str],
    countries: list[str],
    rng: np.random.Generator,
) -> list[str | None]:
    none = rng.random(len(population)) < _figure(setting, population, "no_site", rng)
    end = rng.integers(0, 60, len(population)).tolist()
    dash = (rng.random(len(population)) < 0.25).tolist()
    taken: set[str] = set()
    sites: list[str | None] = []
    for i, (name, country) in enumerate(zip(trading, countries, strict=True)):
        ends = words.DOMAIN_ENDS[country]
        stem, ending = _plain(name, "-" if dash[i] else ""), ends[end[i] % len(ends)]
        site = f"{stem}.{ending}" if f"{stem}.{ending}" not in taken else f"{stem}{i + 1}.{ending}"
        taken.add(site)
        sites.append(None if none[i] else site)
    return sites


def _plain(text: str, between: str = "") -> str:
    """Letters and digits of a name, as in a domain or a mail address.

    Examples
    --------
    >>> _plain("Éva & Söhne", "-")
    'eva-sohne'
    """
    letters = unicodedata.normalize("NFKD", text.replace("ı", "i").replace("ß", "ss"))
    letters = letters.encode("ascii", "ignore").decode()
    return between.join(re.findall(r"[a-z0-9]+", letters.lower()))


def _mails(
    setting: Setting,
    population: Population,
    marks: Marks,
    sites: list[str | None],
    countries: list[str],
    seed: int,
    rng: np.random.Generator,
) -> list[str]:
    """A mailbox at its own domain, or at a free one under the officer's name."""
    free = rng.random(len(population)) < _figure(setting, population, "free_mail", rng)
    number = rng.integers(0, 10**6, len(population)).tolist()
    disposable = (rng.random(len(population)) < _DISPOSABLE).tolist()
    officer = identity.officers(seed, marks.form["officer"], countries)
    boxes = ("orders", "info", "sales", "purchasing", "hello", "office")
    mails = []
    for site, f, n, d, who, country in zip(
        sites, free.tolist(), number, disposable, officer, countries, strict=True
    ):
        if site and not f:
            mails.append(f"{boxes[n % len(boxes)]}@{site}")
            continue
        hosts = words.DISPOSABLE_MAIL if d else words.FREE_MAIL[country]
        tail = str(n % 97) if n % 3 else ""
        mails.append(f"{_plain(who, ('.', '', '_')[n // 3 % 3])}{tail}@{hosts[n // 97 % len(hosts)]}")
    return mails


def _tax_ids(
    setting: Setting,
    population: Population,
    countries: list[str],
    seed: int,
    rng: np.random.Generator,
) -> list[str | None]:
    none = (rng.random(len(population)) < _figure(setting, population, "no_tax_id", rng)).tolist()
    slips = rng.random(len(population)) < _TAX_ID_SLIPS * np.where(population.is_fake, 1.6, 1.0)
    written = identity.tax_ids(seed, np.arange(len(population)), countries, slips)
    return [None if absent else text for text, absent in zip(written, none, strict=True)]


def _registered(founded: np.ndarray, applied: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Domains are registered around the founding, many later; none before 1996."""
    after = rng.beta(0.7, 1.6, len(founded)) * (applied - founded)
    oldest = np.datetime64("1996-01-01", "s").astype(np.int64)
    found: np.ndarray = np.minimum(np.maximum(founded + after.astype(np.int64), oldest), applied - 3 * DAY)
    return found


def _dates(moments: np.ndarray, absent: np.ndarray) -> np.ma.MaskedArray:
    return np.ma.MaskedArray(moments, mask=absent)


def _stores(setting: Setting, population: Population, rng: np.random.Generator) -> np.ndarray:
    mean = np.array([trade.stores for trade in setting.trades])[population.kind]
    at_least_one = np.array([trade.stores >= 1 for trade in setting.trades])[population.kind]
    extra = rng.poisson(np.maximum(mean - at_least_one, 0.02) * rng.gamma(1.0, 1.0, len(population)))
    found: np.ndarray = extra + at_least_one
    return found


def _declared(population: Population, periods: Periods, rng: np.random.Generator) -> np.ndarray:
    """Units a month: what a shop of its habits may buy, guessed well or badly; fakes say what their trade would."""
    first = np.searchsorted(periods.account, np.arange(len(population)))
    first = np.minimum(first, len(periods) - 1)
    yearly = periods.orders_a_year[first] * periods.basket[first] * 15 * periods.copies[first]
    guess = np.exp(np.where(population.is_fake, 0.9, 0.7) * rng.standard_normal(len(population)))
    rough = np.maximum(yearly / 12 * guess, 1)
    step = np.where(rough > 200, 50, np.where(rough > 30, 10, 5))
    found: np.ndarray = (np.rint(rough / step) * step).astype(np.int64)
    return found


def _with_gaps(setting: Setting, form: Columns, rng: np.random.Generator) -> Columns:
    """Leave fields empty here and there, on anybody's form."""
    for name in (
        "trading_name",
        "region",
        "phone",
        "founded_on",
        "store_count",
        "declared_monthly_units",
    ):
        empty = rng.random(len(form["account_id"])) < setting.form_gaps
        column = form[name]
        if isinstance(column, list):
            form[name] = [None if e else cell for cell, e in zip(column, empty.tolist(), strict=True)]
        else:
            form[name] = np.ma.MaskedArray(column, mask=np.ma.getmaskarray(column) | empty)
    return form


def identifier_rows(
    setting: Setting,
    sightings: Sightings,
    form: Columns,
    marks: Marks,
    seed: int,
    part: slice,
) -> Columns:
    """Rows of the `identifiers` table for a part of the sightings.

    Parameters
    ----------
    setting : Setting
    sightings : Sightings
    form : dict of columns
        As `account_rows` gives it.
    marks : Marks
    seed : int
    part : slice
        Which sightings.

    Returns
    -------
    dict of columns
        Sightings of a field the form leaves empty are left out.
    """
    account, kind = sightings.account[part], sightings.kind[part]
    values: list[str | None] = [None] * len(account)
    for i, name in enumerate(IDENTIFIER_KINDS):
        rows = np.flatnonzero(kind == i)
        shown = _shown(
            setting,
            name,
            account[rows],
            sightings.number[part][rows],
            form,
            marks,
            seed,
        )
        for row, value in zip(rows.tolist(), shown, strict=True):
            values[row] = value
    kept = [i for i, value in enumerate(values) if value is not None]
    return {
        "account_id": [form["account_id"][account[i]] for i in kept],
        "kind": [IDENTIFIER_KINDS[kind[i]] for i in kept],
        "value": [values[i] for i in kept],
        "seen_at": sightings.seen_at[part][kept],
    }


def _shown(
    setting: Setting,
    kind: str,
    account: np.ndarray,
    number: np.ndarray,
    form: Columns,
    marks: Marks,
    seed: int,
) -> Sequence[str | None]:
    """The texts of one kind's sightings."""
    if kind in ("email", "website", "tax_id"):
        return [form[kind][i] for i in account.tolist()]
    if kind in ("bank", "card", "device", "ip"):
        return identity.opaque(seed, kind, number)
    if kind == "address":
        where = [setting.countries[i][0] for i in marks.address_country(account, number).tolist()]
        return identity.one_line(identity.addresses(seed, number, where))
    countries = [setting.countries[i][0] for i in marks.country[account].tolist()]
    if kind == "phone":
        return identity.phones(seed, number, countries, scatter(seed, "written", account * 7 + number) % 3)
    return identity.officers(seed, number, countries)
