"""Numbers, sites, addresses and words that are read a quick way are read as the libraries and the rules read them."""

from __future__ import annotations

import ipaddress
import random
import re
import unicodedata

import numpy as np
import phonenumbers
import pytest
import tldextract
from hypothesis import given, settings
from hypothesis import strategies as st

from resellerrisk.links import contacts, spelling, wording
from resellerrisk.links.near import near_names
from resellerrisk.links.telephones import only_figures, read_figures

AT_HOME = ("US", "GB", "DE", "FR", "NL")


def _by_the_library(text: str, country: str | None):
    number = phonenumbers.parse(text, country)
    assert number.extension is None
    return number


def _written(draw: random.Random, region: str) -> str:
    """A number of a region with a slip or not, with a prefix or not, in some way of writing."""
    kind = draw.choice(list(phonenumbers.PhoneNumberType.values()))
    example = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    if example is None or draw.random() < 0.3:
        figures = "".join(draw.choices("0123456789", k=draw.randint(5, 16)))
    else:
        figures = phonenumbers.national_significant_number(example)
        if draw.random() < 0.5:
            place = draw.randrange(len(figures))
            figures = figures[:place] + draw.choice("0123456789") + figures[place + 1 :]
    figures = draw.choice(["", "", "0", "1", "8", "06", "00", "(0)"]) + figures
    if draw.random() < 0.4:
        figures = f"+{phonenumbers.country_code_for_region(region)}{draw.choice(['', ' ', '-'])}{figures}"
    marks = ["", "", "", "", "", "", " ", "-", ".", "/", "(", ")"]
    return "".join(figure + draw.choice(marks) for figure in figures).strip()


def test_numbers_in_figures_are_read_as_the_library_reads_them_in_every_country():
    draw, read = random.Random(7), 0
    for _ in range(30_000):
        region = draw.choice(AT_HOME if draw.random() < 0.5 else sorted(phonenumbers.SUPPORTED_REGIONS))
        text = _written(draw, region)
        told = read_figures(text, region)
        if told is not None:
            read += 1
            assert contacts._number_of(*told) == _by_the_library(text, region), (text, region)
    assert read > 8_000  # else nothing is held to anything


@settings(max_examples=500)
@given(text=st.text("+0123456789 ()-./x", min_size=1, max_size=22), country=st.sampled_from([*AT_HOME, None]))
def test_whatever_is_written_with_figures_and_marks_is_read_as_the_library_reads_it(text, country):
    told = read_figures(text, country)
    if told is not None:
        assert contacts._number_of(*told) == _by_the_library(text, country)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("020 7946 0958 ext. 12", "GB"),  # an extension
        ("0044 20 7946 0958", "GB"),  # a call abroad
        ("44 20 7946 0958", "GB"),  # perhaps a country code without its plus
        ("+999 123 4567", None),  # no country
        ("20 7946 0958", None),  # of no country
        ("0800 FLOWERS", "GB"),
        ("+٤٤ 20 7946 0958", "GB"),  # other figures
    ],
)
def test_what_is_not_plain_is_left_to_the_library(text, country):
    assert read_figures(text, country) is None


@given(st.text("0123456789٤²-+ a"))
def test_only_figures_are_left_of_a_number(text):
    assert only_figures(text) == re.sub(r"\D", "", text)


SITES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
LABELS = st.text("abcxyz0189-", min_size=1, max_size=6)
ENDINGS = st.sampled_from(
    [
        "com",
        "co.uk",
        "uk",
        "de",
        "blogspot.com",
        "ck",
        "www.ck",
        "kobe.jp",
        "city.kobe.jp",
        "github.io",
        "com.br",
        "zz",
        "xn--p1ai",
        "s3.amazonaws.com",
    ]
)


@settings(max_examples=1000)
@given(labels=st.lists(LABELS, max_size=3), ending=ENDINGS)
def test_a_site_is_what_the_list_of_public_suffixes_makes_of_it(labels, ending):
    host = ".".join([*labels, ending])
    told = contacts._plain_site(host) if contacts._PLAIN_HOST.fullmatch(host) else None
    if told is not None:
        assert told == SITES(host).top_domain_under_public_suffix


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("shop.acme.com", "acme.com"),
        ("acme.co.uk", "acme.co.uk"),
        ("a.myshop.blogspot.com", "myshop.blogspot.com"),
        ("co.uk", None),  # a suffix alone
        ("a.b.ck", None),  # under a rule for whatever stands before
        ("acme.zz", None),  # no suffix
    ],
)
def test_a_plain_site_is_read_without_the_library_where_no_rule_says_more(host, site):
    assert contacts._plain_site(host) == site


@given(st.lists(st.sampled_from(["0", "00", "1", "01", "127", "10", "255", "256", "9", "a"]), max_size=5))
def test_an_ip_address_is_written_out_as_the_library_writes_it(parts):
    text = ".".join(parts)
    if contacts._PLAIN_IP.fullmatch(text):
        read = ipaddress.ip_address(text)
        assert str(read) == text
        assert not read.is_loopback
        assert not read.is_unspecified


WORDS = st.text(st.sampled_from("aAzZ09 .,_-|'&ßüÉ™İſ½²①\u0301字\t\n"), max_size=20)


@settings(max_examples=500)
@given(WORDS)
def test_plain_texts_are_folded_as_all_others_are(text):
    spelled = unicodedata.normalize("NFKD", text.casefold())
    assert spelling.fold(text) == "".join(c for c in spelled if not unicodedata.combining(c))
    bare = re.sub(r"[\W_]", "", text.casefold())
    assert spelling.bare_text(text) == bare
    assert spelling.is_placeholder(text) == (len(set(bare)) < 2 or bare in spelling.PLACEHOLDERS)
    for pattern in wording._SPACED:
        assert wording._find_words(pattern, text) == pattern.findall(text)


def test_names_one_slip_apart_are_those_that_every_pair_compared_would_give():
    from rapidfuzz.distance import OSA

    draw, names = random.Random(3), set()
    while len(names) < 400:
        name = list(
            draw.choice(sorted(names))
            if names and draw.random() < 0.7
            else "".join(draw.choices("abé 1", k=11))
        )
        place = draw.randrange(len(name))
        change = draw.random()
        if change < 0.3:
            name[place] = draw.choice("abc")
        elif change < 0.6:
            name.insert(place, draw.choice("ab"))
        else:
            name[place : place + 2] = name[place : place + 2][::-1]
        if text := " ".join("".join(name).split()):
            names.add(text)
    keys = np.array(sorted(names), dtype=object)
    compared = [
        (i, j)
        for i in range(len(keys))
        for j in range(i + 1, len(keys))
        if min(len(keys[i]), len(keys[j])) >= 10
        and OSA.distance(keys[i], keys[j]) == 1
        and [w[0] + re.sub(r"\D", "", w) for w in keys[i].split()]
        == [w[0] + re.sub(r"\D", "", w) for w in keys[j].split()]
    ]
    assert near_names(keys) == compared
    assert len(compared) > 50
