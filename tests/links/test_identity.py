"""What a form's mail, tax id and telephone say about themselves, and the lists behind it."""

from __future__ import annotations

import numpy as np
import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import assume, example, given
from hypothesis import strategies as st
from stdnum.us import ein

from resellerrisk.errors import InputError
from resellerrisk.links import MailLists, mail_domain_kind, normalise, phone_country_agrees, tax_id_state
from resellerrisk.links.contacts import parse_phone, split_email


@pytest.mark.parametrize(
    ("email", "website", "kind"),
    [
        ("orders@acme.com", "https://shop.acme.com", "own"),
        ("orders@mail.acme.co.uk", "acme.co.uk", "own"),
        ("orders@acme.co.uk", "bell.co.uk", "other"),
        ("orders@acme.com", None, "other"),
        ("acme@gmail.com", "gmail.com", "free"),
        ("acme@mailinator.com", "acme.com", "disposable"),
        ("acme at gmail.com", "acme.com", None),
        (None, "acme.com", None),
    ],
)
def test_a_mail_domain_is_own_free_disposable_or_anothers(email, website, kind):
    assert mail_domain_kind([email], [website]).tolist() == [kind]


def test_the_mail_lists_can_be_replaced(tmp_path):
    (tmp_path / "free.txt").write_text("# ours\nacme.com  # everyone has one\n", encoding="utf-8")
    lists = MailLists.read(free=tmp_path / "free.txt")
    assert mail_domain_kind(["a@acme.com", "a@gmail.com"], [None, None], lists).tolist() == ["free", "other"]


@pytest.mark.parametrize(
    ("tax_id", "country", "state"),
    [
        ("DE136695976", "DE", "valid"),
        ("DE136695977", "DE", "failing"),
        ("GB 980 7806 84", "GB", "valid"),
        ("980780685", "GB", "failing"),
        ("NL4495445B01", "NL", "valid"),
        ("552 008 443", "FR", "valid"),
        ("552008444", "FR", "failing"),
        ("91-1144442", "US", "valid"),
        ("07-1144442", "US", "failing"),
        ("123", "ZZ", "unknown"),
        ("123", None, "unknown"),
        ("n/a", "US", "missing"),
        (None, "US", "missing"),
    ],
)
def test_a_tax_id_is_checked_by_the_rules_of_its_country(tax_id, country, state):
    assert tax_id_state([tax_id], [country]).tolist() == [state]


@pytest.mark.parametrize(
    ("phone", "country", "agrees"),
    [
        ("+1 604 555 0187", "US", 1.0),
        ("0049 30 901820", "GB", 0.0),
        ("030 901820", "DE", 1.0),
        ("n/a", "DE", np.nan),
        (None, "DE", np.nan),
        ("030 901820", None, np.nan),
    ],
)
def test_a_telephone_agrees_with_its_country_by_calling_code(phone, country, agrees):
    np.testing.assert_array_equal(phone_country_agrees([phone], [country]), [agrees])


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(InputError, match="2 and 1 rows"):
        tax_id_state(["1", "2"], ["US"])


def test_a_value_without_a_country_is_not_taken_for_one_with():
    assert normalise("phone", ["212 555 0187"] * 2, ["US", None]).tolist() == ["+12125550187", "2125550187"]


@pytest.mark.parametrize(
    "kind", ["email", "phone", "website", "tax_id", "address", "officer", "ip", "bank", "name"]
)
def test_what_fills_a_field_identifies_nobody(kind):
    assert normalise(kind, ["n/a", "-", "none", "", None, "xxx", "000000"], ["US"] * 7).tolist() == [""] * 7


MAIL = st.from_regex(
    r"[a-z0-9A._+-]{1,6}@([a-z0-9-]{1,6}\.){0,3}(com|de|c|local|test|arpa|localhost|onion|invalid|contest)",
    fullmatch=True,
)


@given(MAIL)
@example("a" * 70 + "@acme.com")
@example("a@" + "b" * 64 + ".com")
@example("a@xn--mller-kva.de")
def test_a_plain_mail_address_is_read_as_the_library_reads_it(mail):
    try:
        read = validate_email(mail.strip().lower(), check_deliverability=False, allow_domain_literal=True)
        expected = read.local_part, read.ascii_domain
    except EmailNotValidError:
        expected = None
    assert split_email(mail) == expected


@given(
    st.from_regex(r"(\+1[ .-]?|\+|1)?\(?[0-9]{3}\)?[ .-]?[0-9]{3}[ .-]?[0-9]{3,5}", fullmatch=True),
    st.sampled_from(["US", "GB", "CA", None]),
)
@example("(212) 555-0187", "US")
@example("+1 212 555 0187", "GB")
@example("(212 555-0187", "US")
@example("+110000000000", "US")
def test_an_american_telephone_is_read_as_the_library_reads_it(phone, country):
    # What begins with 00 is tried as a call from abroad too, which the library does for some countries only.
    assume(not phone.lstrip("(").startswith("00"))
    try:
        expected = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        expected = None
    assert parse_phone(phone, country) == expected


@given(st.from_regex(r"[0-9]{2}-?[0-9]{7}", fullmatch=True))
def test_an_ein_is_judged_as_the_library_judges_it(number):
    digits = number.replace("-", "")
    expected = "missing" if len(set(digits)) == 1 else "valid" if ein.is_valid(number) else "failing"
    assert tax_id_state([number], ["US"])[0] == expected
