"""Telephone numbers written in figures alone, read as the library phonenumbers reads them, at a twentieth of the time.

What a country's numbers look like comes from that library's own metadata. Whatever is written otherwise (an extension, letters, a prefix for calls
abroad) is left to the library; that both say the same, tests/links/test_quick_reading.py holds.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

#: Figures in groups. What begins with 00 may be a call abroad.
_PLAIN = re.compile(r"(\+)?(?!\(?00)\(?([0-9][0-9 ()./-]*[0-9])")
_NO_FIGURE = bytes(code for code in range(128) if not chr(code).isdigit())
#: Figures of a number that is looked at here, country code and all; phonenumbers takes 2 to 17 behind the country code.
_LEAST, _MOST = 7, 17
_LONGEST_TEXT = 64


class Plan(NamedTuple):
    """How a country's numbers are read.

    Attributes
    ----------
    code : int
        Of the country.
    abroad : re.Pattern
        What calls abroad begin with.
    prefix : re.Pattern or None
        What may stand before a number at home.
    number : re.Pattern
        Numbers there are.
    lengths : frozenset of int
        How long a number may be once its prefix is left out, for it to be left out.
    """

    code: int
    abroad: re.Pattern
    prefix: re.Pattern | None
    number: re.Pattern
    lengths: frozenset[int]


def read_figures(text: str, country: str | None) -> tuple[int, str] | None:
    """Country code and national number of a telephone number in figures; None where that is the library's to say.

    Parameters
    ----------
    text : str
    country : str or None
        ISO 3166 alpha-2, where the number has no country code.

    Examples
    --------
    >>> read_figures("+44 (0)1632 145071", None), read_figures("030/23125047", "DE"), read_figures("020 7946 0958 ext. 12", "GB")
    ((44, '1632145071'), (49, '3023125047'), None)
    """
    found = _PLAIN.fullmatch(text) if len(text) <= _LONGEST_TEXT else None
    if found is None:
        return None
    figures = only_figures(found.group(2))
    if not _LEAST <= len(figures) <= _MOST or not figures.strip("0"):
        return None
    if found.group(1):
        plan = next(filter(None, (_plan_of_code(figures[:n]) for n in (1, 2, 3))), None)
        figures = figures[len(str(plan.code)) :] if plan else ""
    else:
        plan = _plan_of_country(country) if country else None
        if plan and (plan.abroad.match(figures) or figures.startswith(str(plan.code))):
            return None
    number = _without_prefix(figures, plan) if plan else ""
    # How many zeros a number of nothing else begins with is the library's to say.
    return (plan.code, number) if number.strip("0") else None


def only_figures(text: str) -> str:
    """The digits of a text.

    Examples
    --------
    >>> only_figures("(030) 23-12")
    '0302312'
    """
    if text.isascii():
        return text.encode().translate(None, _NO_FIGURE).decode()
    return re.sub(r"\D", "", text)


def _without_prefix(figures: str, plan: Plan) -> str:
    """A national number without what is dialled before it at home, where it is one without it, or was none with it."""
    prefix = plan.prefix.match(figures) if plan.prefix else None
    if prefix is None:
        return figures
    bare = figures[prefix.end() :]
    if plan.number.fullmatch(figures) and not plan.number.fullmatch(bare):
        return figures
    return bare if len(bare) in plan.lengths else figures


@functools.cache
def _plan_of_code(code: str) -> Plan | None:
    import phonenumbers
    from phonenumbers.phonemetadata import PhoneMetadata

    region = phonenumbers.region_code_for_country_code(int(code))
    if code.startswith("0") or region == "ZZ":
        return None
    return _read_plan(PhoneMetadata.metadata_for_region_or_calling_code(int(code), region))


@functools.cache
def _plan_of_country(country: str) -> Plan | None:
    import phonenumbers
    from phonenumbers.phonemetadata import PhoneMetadata

    if country not in phonenumbers.SUPPORTED_REGIONS:
        return None
    return _read_plan(PhoneMetadata.metadata_for_region(country))


def _read_plan(metadata) -> Plan | None:
    """The plan of the library's metadata; None where a prefix says more than that it is left out."""
    prefix = re.compile(metadata.national_prefix_for_parsing or "(?!)")
    if prefix.groups or metadata.national_prefix_transform_rule or metadata.general_desc is None:
        return None
    possible, at_home = (
        metadata.general_desc.possible_length,
        metadata.general_desc.possible_length_local_only,
    )
    lengths = {*possible, *range(possible[-1] + 1, _MOST + 1)} - set(at_home)
    return Plan(
        metadata.country_code,
        re.compile(metadata.international_prefix or "(?!)"),
        prefix if metadata.national_prefix_for_parsing else None,
        re.compile(metadata.general_desc.national_number_pattern or "(?!)"),
        frozenset(lengths),
    )
