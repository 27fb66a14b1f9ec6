"""Identifiers look like those of their country, with check digits that hold."""

from __future__ import annotations

import re

import numpy as np
import pytest

from resellerrisk.simulate import identity

PATTERNS = {
    "US": r"\d\d-\d{7}",
    "GB": r"GB\d{9}",
    "DE": r"DE\d{9}",
    "FR": r"FR\d{11}",
    "NL": r"NL\d{9}B01",
}


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (identity._vat_de, "DE136695976"),
        (identity._vat_gb, "GB980780684"),
        (identity._vat_fr, "FR40303265045"),
        (identity._vat_nl, "NL123456782B01"),
    ],
)
def test_check_digits_are_those_of_known_valid_numbers(written, number: str) -> None:
    body = {"D": number[2:10], "G": number[2:9], "F": number[4:12], "N": number[2:10]}[number[0]]
    least = 10 ** (len(body) - 1)
    assert written(int(body) - least) == number


@pytest.mark.parametrize("country", PATTERNS)
def test_tax_ids_are_written_as_in_their_country(country: str) -> None:
    numbers = np.arange(300)
    plain = identity.tax_ids(0, numbers, [country] * 300, np.zeros(300, dtype=bool))
    slipped = identity.tax_ids(0, numbers, [country] * 300, np.ones(300, dtype=bool))
    assert all(re.fullmatch(PATTERNS[country], text) for text in plain)
    assert all(a != b and len(a) == len(b) for a, b in zip(plain, slipped, strict=True))
    assert len(set(plain)) == 300


def test_product_codes_carry_their_check_digit(port) -> None:
    codes = port.titles.ean
    assert codes.is_unique
    assert set(codes.str.len()) == {12, 13}
    weighted = [sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(reversed(code))) for code in codes]
    assert not any(total % 10 for total in weighted)


@pytest.mark.parametrize("country", PATTERNS)
def test_the_same_number_is_the_same_telephone_however_it_is_written(country: str) -> None:
    numbers = np.array([5, 5, 5, 6])
    written = identity.phones(0, numbers, [country] * 4, np.array([0, 1, 2, 0]))
    national = [re.sub(r"\(0\)|\D", "", text)[-7:] for text in written]
    assert len(set(written[:3])) == 3
    assert national[0] == national[1] == national[2] != national[3]


def test_shared_numbers_give_the_same_address_and_own_numbers_another() -> None:
    places = identity.one_line(identity.addresses(1, np.array([40, 40, 41]), ["FR", "FR", "FR"]))
    assert places[0] == places[1] != places[2]


def test_sites_and_mail_addresses_are_in_plain_letters_and_no_two_firms_have_one_site(port) -> None:
    sites = port.accounts.website.dropna()
    assert sites.is_unique
    assert sites.str.fullmatch(r"[a-z0-9-]+(\.[a-z]+)+").all()
    assert port.accounts.email.str.fullmatch(r"[a-z0-9._]+@[a-z0-9-]+(\.[a-z]+)+").all()
