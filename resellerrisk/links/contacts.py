"""One spelling for one mailbox, telephone, site, taxpayer and machine, by each field's own library.

Offline: no DNS is asked and no list is fetched. Nothing here says whether a value is plausible; that is
`identity`.
"""

from __future__ import annotations

import functools
import ipaddress
import re

from resellerrisk.links.spelling import is_placeholder, plain_key
from resellerrisk.links.telephones import only_figures, read_figures

_GMAIL = {"gmail.com", "googlemail.com"}
#: An address of which email_validator says what stands there, at a fiftieth of the time: ASCII words, none of the names that it refuses.
_PLAIN_MAIL = re.compile(
    r"([a-z0-9]+(?:[._+-][a-z0-9]+)*)@"
    r"((?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+(?!(?:arpa|invalid|local|localhost|onion|test)$)[a-z]{2,})"
)
_SHORT_MAIL = 64
#: A host of which tldextract says no more than the longest suffix in its list does.
_PLAIN_HOST = re.compile(r"(?!.*xn--)(?:[a-z0-9]+(?:-+[a-z0-9]+)*\.)+[a-z]{2,}")
#: An IPv4 address as it is written out again.
_PLAIN_IP = re.compile(
    r"(?!127\.|0\.0\.0\.0$)(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}"
)
_NATIONAL_ID = re.compile(r"[A-Z]{2}\w*\d")
#: Ten digits of the North American plan, as phonenumbers reads them too, at a twentieth of the time.
_AMERICAN = re.compile(r"(\+1[ .-]?)?\(?([2-9][0-9]{2})\)?[ .-]?([0-9]{3})[ .-]?([0-9]{4})")


def email_key(email: str) -> str:
    """The mailbox behind an address: domain in lower case and ASCII, ``+tags`` dropped, Gmail's dots dropped.

    Examples
    --------
    >>> email_key("A.B+discs@gmail.com"), email_key("A.B@Shop.example.com"), email_key("not an address")
    ('ab@gmail.com', 'a.b@shop.example.com', 'not an address')
    """
    text = email.strip().lower()
    if is_placeholder(text):
        return ""
    split = split_email(text)
    if split is None:
        return text
    local, domain = split
    local = local.split("+")[0] or local
    if domain in _GMAIL:
        return local.replace(".", "") + "@gmail.com"
    return f"{local}@{domain}"


@functools.lru_cache(maxsize=1 << 18)
def split_email(email: str) -> tuple[str, str] | None:
    """Local part and ASCII domain of an e-mail address in lower case, None where it is none. No DNS is asked.

    Examples
    --------
    >>> split_email("Info@Müller.de"), split_email("info@")
    (('info', 'xn--mller-kva.de'), None)
    """
    text = email.strip().lower()
    plain = _PLAIN_MAIL.fullmatch(text)
    if plain and len(text) < _SHORT_MAIL:
        return plain.group(1), plain.group(2)
    from email_validator import EmailNotValidError, validate_email

    try:
        read = validate_email(text, check_deliverability=False, allow_domain_literal=True)
    except EmailNotValidError:
        return None
    return read.local_part, read.ascii_domain or read.domain


@functools.lru_cache(maxsize=1 << 18)
def parse_phone(phone: str, country: str | None):
    """A `phonenumbers.PhoneNumber` in which ``00`` may stand for ``+``, or None where nothing can be read.

    Examples
    --------
    >>> parse_phone("001-834-902-5307", "US").national_number
    8349025307
    """
    import phonenumbers

    text = phone.strip()
    plain = _read_plain(text, country)
    if plain:
        return _number_of(*plain)
    attempts = [text, "+" + text.lstrip("(0") if re.match(r"\(?00", text) else None]
    read = None
    for attempt in filter(None, attempts):
        try:
            number = phonenumbers.parse(attempt, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return number
        read = read or number
    return read


def _read_plain(text: str, country: str | None) -> tuple[int, str] | None:
    """Country code and national number of a telephone number that needs no library; None of any other."""
    american = _AMERICAN.fullmatch(text)
    if american and (american.group(1) or country == "US"):
        return 1, "".join(american.groups()[1:])
    return read_figures(text, country)


def _number_of(code: int, national: str):
    """A `phonenumbers.PhoneNumber`, with as many leading zeros as the library notes."""
    import phonenumbers

    zeros = len(national) - len(national.lstrip("0"))
    return phonenumbers.PhoneNumber(
        country_code=code,
        national_number=int(national),
        italian_leading_zero=True if zeros else None,
        number_of_leading_zeros=zeros if zeros > 1 else None,
    )


def phone_key(phone: str, country: str | None) -> str:
    """``+`` country code and national number without extension; the bare digits where no country is known.

    Examples
    --------
    >>> phone_key("309-725-4113x19565", "US"), phone_key("309-725-4113", None), phone_key("000-0000", "US")
    ('+13097254113', '3097254113', '')
    """
    digits = only_figures(phone)
    if len(digits) < 5 or len(set(digits)) == 1:
        return ""
    plain = _read_plain(phone.strip(), country)
    if plain:
        return f"+{plain[0]}{plain[1]}"
    number = parse_phone(phone, country)
    if number is None:
        return digits
    zeros = "0" * (number.number_of_leading_zeros or 1) if number.italian_leading_zero else ""
    return f"+{number.country_code}{zeros}{number.national_number}"


@functools.cache
def _suffixes():
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@functools.lru_cache(maxsize=1 << 18)
def site_key(website: str) -> str:
    """The registered domain of a web address, by the public suffix list packaged with tldextract.

    Shops under a hosting service keep their own name (``myshop.blogspot.com``).

    Examples
    --------
    >>> site_key("https://www.Acme-Discs.co.uk/shop?x=1"), site_key("myshop.blogspot.com"), site_key("none")
    ('acme-discs.co.uk', 'myshop.blogspot.com', '')
    """
    text = website.strip().lower()
    if is_placeholder(text):
        return ""
    plain = _plain_site(text) if _PLAIN_HOST.fullmatch(text) else None
    if plain:
        return plain
    read = _suffixes()(text)
    return read.top_domain_under_public_suffix if read.domain and read.suffix else plain_key(text)


@functools.cache
def _suffix_lists() -> tuple[frozenset[str], frozenset[str]]:
    """Suffixes by name, and those behind a rule for whatever stands before them."""
    listed = _suffixes().tlds
    ruled = frozenset(name.partition(".")[2] for name in listed if name[0] in "*!")
    return frozenset(name for name in listed if name[0] not in "*!"), ruled


def _plain_site(host: str) -> str | None:
    """The registered domain of a host by the longest suffix listed; None where there is none, or a rule says more."""
    names, ruled = _suffix_lists()
    if host in names:
        return None
    site, found, rest = None, None, host
    while rest and rest not in ruled:
        found = found or (site if rest in names else None)
        site, rest = rest, rest.partition(".")[2]
    return None if rest else found


def tax_id_key(tax_id: str, country: str | None) -> str:
    """Country and number of a tax id, without punctuation, the country in front once.

    Examples
    --------
    >>> tax_id_key("DE 136.695.976", "DE"), tax_id_key("136695976", "DE"), tax_id_key("12-3456789", "US")
    ('DE136695976', 'DE136695976', 'US123456789')
    """
    number = plain_key(tax_id).upper()
    if not number:
        return ""
    if _NATIONAL_ID.match(number) and (country is None or number.startswith(country)):
        return number
    return f"{country or ''}{number}"


def ip_key(address: str) -> str:
    """An IPv4 address, or an IPv6 address's /64 network (one subscriber's); "" for this machine itself.

    Examples
    --------
    >>> ip_key(" 010.1.2.3 "), ip_key("2001:db8:1:2:ffff::1"), ip_key("127.0.0.1")
    ('10.1.2.3', '2001:db8:1:2::/64', '')
    """
    if _PLAIN_IP.fullmatch(address):
        return address
    text = (
        re.sub(r"\b0+(?=\d)", "", address.strip())
        if "." in address and ":" not in address
        else address.strip()
    )
    try:
        read = ipaddress.ip_address(text)
    except ValueError:
        return plain_key(text)
    if read.is_loopback or read.is_unspecified:
        return ""
    return str(read) if read.version == 4 else str(ipaddress.ip_network((read, 64), strict=False))
