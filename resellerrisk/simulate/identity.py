"""What identifiers look like: addresses, telephone numbers, names, banks, tax ids, as written in each country.

A number in, a text out: the same number gives the same text. Who has which number is in `sharing`.
Telephone numbers are in ranges kept for fiction where a country has them (555 in North America, 01632 in Great Britain).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from resellerrisk.simulate import words
from resellerrisk.simulate.randomness import pick, scatter
from resellerrisk.simulate.sharing import CENTRE, DOCK, SHARED

Places = dict[str, list[str]]


def addresses(seed: int, numbers: np.ndarray, countries: list[str]) -> Places:
    """Street, postcode, city and region of each number.

    Parameters
    ----------
    seed : int
    numbers : ndarray of int, shape (n,)
    countries : list of str
        Country of each.

    Returns
    -------
    dict
        Lists `street`, `postcode`, `city`, `region` ("" where a country's addresses name none).

    Examples
    --------
    >>> sorted(addresses(0, np.array([5]), ["DE"]))
    ['city', 'postcode', 'region', 'street']
    """
    house = scatter(seed, "house", numbers)
    numbered = [_place(int(n), h, c) for n, h, c in zip(numbers, house.tolist(), countries, strict=True)]
    return {
        name: list(column)
        for name, column in zip(
            ("street", "postcode", "city", "region"),
            zip(*numbered, strict=True),
            strict=True,
        )
    }


def _place(number: int, chance: int, country: str) -> tuple[str, str, str, str]:
    shared = SHARED < number <= DOCK
    if shared:  # all doors of one dock or one centre stand in one street
        start = CENTRE if number <= CENTRE else DOCK
        house, door = divmod(start - 1 - number, 16)
        names = words.CENTRES if start == CENTRE else words.CARRIERS
        name = names[house % len(names)]
        chance = (house + 1) * 0x9E3779B97F4A7C15 % 2**63
        line = (
            f"Suite {door}, {name} Business Centre"
            if start == CENTRE
            else f"Dock {door + 1}, {name} Freight Park"
        )
        if start == CENTRE and door == 0:
            line = f"{name} Business Centre"
    else:
        line = _street(chance, country)
    start_word = words.TOWN_STARTS[chance // 7 % len(words.TOWN_STARTS)]
    ends = words.TOWN_ENDS[country]
    city = f"{start_word}{ends[chance // 211 % len(ends)]}"
    region = words.US_STATES[chance // 3_571 % len(words.US_STATES)] if country == "US" else ""
    return line, _postcode(chance // 91_193, country), city, region


def _street(chance: int, country: str) -> str:
    names = words.STREET_NAMES[country]
    ends = words.STREET_ENDS[country]
    name = names[chance // 13 % len(names)]
    end = ends[chance // 277 % len(ends)]
    house = chance // 1_699 % (4_800 if country == "US" else 220) + 1
    if country == "FR":
        return f"{house}, {end} {name}"
    if country in ("US", "GB"):
        unit = chance // 9_999_991 % 40
        return f"{house} {name} {end}" + (f", Unit {unit}" if 0 < unit < 7 else "")
    return f"{name}{end} {house}"


def _postcode(chance: int, country: str) -> str:
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ"

    def letter(step: int) -> str:
        return letters[chance // step % len(letters)]

    digits = chance // 10**6 % 100_000
    if country == "GB":
        return f"{letter(1)}{letter(23)}{digits % 89 + 1} {digits // 89 % 9 + 1}{letter(529)}{letter(12_167)}"
    if country == "NL":
        return f"{digits % 9_000 + 1_000} {letter(1)}{letter(23)}"
    return f"{digits:05d}" if country != "FR" else f"{digits % 95 + 1:02d}{digits // 95 % 100 * 10:03d}"


def one_line(places: Places) -> list[str]:
    """Addresses as written on a parcel.

    Examples
    --------
    >>> one_line({"street": ["Lindenweg 3"], "postcode": ["01234"], "city": ["Altdorf"], "region": [""]})
    ['Lindenweg 3, 01234 Altdorf']
    """
    return [
        f"{street}, {postcode} {city}"
        for street, postcode, city in zip(places["street"], places["postcode"], places["city"], strict=True)
    ]


def phones(seed: int, numbers: np.ndarray, countries: list[str], styles: np.ndarray) -> list[str]:
    """Telephone numbers, each written in one of three styles; the digits follow from the number and the country."""
    chance = scatter(seed, "phone", numbers).tolist()
    return [_phone(c, n, s) for c, n, s in zip(chance, countries, styles.tolist(), strict=True)]


def _phone(chance: int, country: str, style: int) -> str:
    if country == "US":
        area, last = chance // 10_000 % 700 + 210, chance % 10_000
        return (
            f"({area}) 555-{last:04d}",
            f"{area}-555-{last:04d}",
            f"+1 {area} 555 {last:04d}",
        )[style]
    if country == "GB":
        last = chance % 1_000_000
        return (f"01632 {last:06d}", f"+44 1632 {last:06d}", f"+44 (0)1632 {last:06d}")[style]
    if country == "DE":
        last, extra = chance % 1_000, chance // 1_000 % 90_000 + 100
        return (
            f"030 23125{last:03d}-{extra}",
            f"+49 30 23125{last:03d}-{extra}",
            f"030/23125{last:03d}{extra}",
        )[style]
    if country == "FR":
        zone = ("1 99 00", "2 61 91", "3 53 01", "4 65 71", "5 36 49", "6 39 98")[chance // 10_000 % 6]
        tail = f"{chance % 100:02d} {chance // 100 % 100:02d}"
        return (
            f"0{zone} {tail}",
            f"+33 {zone} {tail}",
            f"0{zone} {tail}".replace(" ", "."),
        )[style]
    last = chance % 10_000_000
    return (f"085-{last:07d}", f"+31 85 {last:07d}", f"085 {last:07d}")[style]


def officers(seed: int, numbers: np.ndarray, countries: list[str]) -> list[str]:
    """Names of officers and of people who collect goods; now and then two people have the same name, as in life."""
    chance = scatter(seed, "officer", numbers)
    initials = "ABCDEFGHJKLMPRSTW"
    names = []
    for c, country in zip(chance.tolist(), countries, strict=True):
        first = words.GIVEN_NAMES[country][c % 20]
        middle = f" {initials[c // 1_201 % 17]}." if c // 29 % 5 < 4 else ""
        names.append(f"{first}{middle} {words.SURNAMES[country][c // 20_011 % 60]}")
    return names


def opaque(seed: int, kind: str, numbers: np.ndarray) -> list[str]:
    """Banks, cards, devices and network addresses: texts that mean nothing but that they are the same or not."""
    chance = scatter(seed, kind, numbers).tolist()
    return [_OPAQUE[kind](c) for c in chance]


_OPAQUE: dict[str, Callable[[int], str]] = {
    "bank": lambda c: f"acct-{c % 10**10:010d}",
    "card": lambda c: f"card-{c % 16**8:08x}",
    "device": lambda c: f"{c % 16**12:012x}",
    "ip": lambda c: f"10.{c % 256}.{c // 256 % 256}.{c // 65_536 % 254 + 1}",
}


def tax_ids(seed: int, numbers: np.ndarray, countries: list[str], slips: np.ndarray) -> list[str]:
    """Tax ids with their country's check digits; where `slips`, one digit is mistyped.

    Examples
    --------
    >>> tax_ids(0, np.array([1, 2]), ["DE", "NL"], np.array([False, False]))[0][:2]
    'DE'
    """
    chance = scatter(seed, "tax_id", numbers).tolist()
    written = [_TAX_ID[country](c) for c, country in zip(chance, countries, strict=True)]
    return [_mistyped(text) if slip else text for text, slip in zip(written, slips.tolist(), strict=True)]


def _mistyped(text: str) -> str:
    """The same with another digit in the fifth place from the end."""
    digit = text[-5]
    return f"{text[:-5]}{(int(digit) + 3) % 10}{text[-4:]}" if digit.isdigit() else text


def _employer_number(chance: int) -> str:
    """USA: two digits of the issuing office, seven more; there is no check digit."""
    return f"{(10, 13, 20, 22, 27, 35, 46, 47, 81, 82, 84)[chance % 11]}-{chance // 11 % 10**7:07d}"


def _vat_gb(chance: int) -> str:
    """Weights 8 to 2, modulus 97 (HMRC, VAT registration numbers)."""
    body = f"{chance % 9_000_000 + 1_000_000}"
    total = sum(int(d) * w for d, w in zip(body, range(8, 1, -1), strict=True))
    return f"GB{body}{97 - total % 97:02d}"


def _vat_de(chance: int) -> str:
    """ISO 7064, mod 11, 10."""
    body, product = f"{chance % 90_000_000 + 10_000_000}", 10
    for digit in body:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return f"DE{body}{(11 - product) % 10}"


def _vat_fr(chance: int) -> str:
    """A SIREN with its Luhn digit, before it the key (12 + 3 (SIREN mod 97)) mod 97."""
    body = f"{chance % 90_000_000 + 10_000_000}"
    doubled = [sum(divmod(int(d) * (2 if i % 2 else 1), 10)) for i, d in enumerate(body)]
    siren = f"{body}{-sum(doubled) % 10}"
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"


def _vat_nl(chance: int) -> str:
    """Weights 9 to 2, modulus 11; a body whose rest is 10 is not given out."""
    body = chance % 90_000_000 + 10_000_000
    while sum(int(d) * w for d, w in zip(str(body), range(9, 1, -1), strict=True)) % 11 == 10:
        body = body + 1 if body < 99_999_999 else 10_000_000
    check = sum(int(d) * w for d, w in zip(str(body), range(9, 1, -1), strict=True)) % 11
    return f"NL{body}{check}B01"


_TAX_ID: dict[str, Callable[[int], str]] = {
    "US": _employer_number,
    "GB": _vat_gb,
    "DE": _vat_de,
    "FR": _vat_fr,
    "NL": _vat_nl,
}


def firm_names(seed: int, numbers: np.ndarray, business_types: list[str]) -> list[str]:
    """Trading names, such as "Harrow Video" or "Beacon & Fern Records"."""
    chance = scatter(seed, "firm", numbers)
    first, second = (
        pick(words.FIRM_WORDS, chance),
        pick(words.FIRM_WORDS, chance, place=1),
    )
    pair = (chance // 977 % 10 < 4).tolist()
    trade = [words.FIRM_TRADES[t] for t in business_types]
    which = (chance // 7_919).tolist()
    return [
        f"{first[i]}{' ' + second[i] if pair[i] else ''} {trade[i][which[i] % len(trade[i])]}"
        for i in range(len(first))
    ]
