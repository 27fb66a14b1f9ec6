"""A signed message to an outside address: the one way in which this program speaks to a network of its own accord.

Signed as the Standard Webhooks specification says (HMAC-SHA256 over id, time and body), so that receivers find a library in their
language. The address is resolved once, refused where it is not a public one, and connected to as resolved; no redirect is followed.
What is sent, and when to try again, is the caller's business.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import ipaddress
import json
import os
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from resellerrisk.errors import InputError

URL_VARIABLE, SECRET_VARIABLE = "RESELLERRISK_WEBHOOK_URL", "RESELLERRISK_WEBHOOK_SECRET"
#: Addresses or networks that may be spoken to although they are not public, separated by commas: ``10.1.2.0/24``.
ALLOW_VARIABLE = "RESELLERRISK_WEBHOOK_ALLOW"
#: A message older than this (seconds) is refused by `verify`: it may be an old one sent again.
TOLERANCE = 300
TIMEOUT = 10.0
_LEAST_SECRET = 24
_PREFIX = "whsec_"
#: IPv6 addresses that stand for an IPv4 one by translation (RFC 6052).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class WebhookError(InputError):
    """An address or a secret that cannot be used, or a receiver that did not take the message."""


@dataclass(frozen=True)
class Receiver:
    """Who is told.

    Attributes
    ----------
    url : str
        ``https://…``; ``http://…`` only where the address is allowed by name.
    secret : str
        ``whsec_`` and base64 of 24 to 64 bytes; known to both sides.
    allowed : tuple of network
        Networks that may be spoken to although they are not public.
    """

    url: str
    secret: str
    allowed: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()

    @classmethod
    def from_environment(cls) -> Receiver | None:
        """The receiver that the environment names; None where it names none.

        Raises
        ------
        WebhookError
            An address without a secret, or a network that cannot be read.
        """
        url = os.environ.get(URL_VARIABLE, "")
        if not url:
            return None
        secret = os.environ.get(SECRET_VARIABLE, "")
        if not secret:
            raise WebhookError(f"{URL_VARIABLE} is set, {SECRET_VARIABLE} is not.", hint=_MAKE_SECRET)
        words = [word.strip() for word in os.environ.get(ALLOW_VARIABLE, "").split(",") if word.strip()]
        try:
            allowed = tuple(ipaddress.ip_network(word) for word in words)
        except ValueError as error:
            raise WebhookError(f"{ALLOW_VARIABLE}: {error}.", hint="10.1.2.0/24, 127.0.0.1") from None
        return cls(url, secret, allowed)


_MAKE_SECRET = (
    "make one: python -c 'import base64, os; print(\"whsec_\" + base64.b64encode(os.urandom(32)).decode())'"
)


def sign(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """The signature of a message.

    Parameters
    ----------
    secret : str
        ``whsec_`` and base64.
    id : str
        Names the message; the same message sent again keeps it.
    timestamp : int
        When it is sent, seconds since 1970.
    body : bytes

    Returns
    -------
    str
        ``v1,`` and base64 of the HMAC-SHA256.

    Source
    ------
    Standard Webhooks specification 1.0, "Signature scheme".

    Examples
    --------
    >>> secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    >>> sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    told = b".".join((id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(_key(secret), told, hashlib.sha256).digest()).decode()


def verify(secret: str, headers: dict[str, str], body: bytes, now: float) -> bool:
    """Whether a message is the sender's own and new: what a receiver does.

    Parameters
    ----------
    secret : str
    headers : dict
        ``webhook-id``, ``webhook-timestamp``, ``webhook-signature``, in lower case.
    body : bytes
        As it came over the wire.
    now : float
        Seconds since 1970.
    """
    try:
        timestamp = int(headers["webhook-timestamp"])
        expected = sign(secret, headers["webhook-id"], timestamp, body)
        given = headers["webhook-signature"].split()
    except (KeyError, ValueError):
        return False
    fresh = abs(now - timestamp) <= TOLERANCE
    return fresh and any(hmac.compare_digest(expected, one) for one in given)


def resolve(url: str, allowed: tuple[Any, ...] = ()) -> tuple[str, str, int]:
    """Where an address leads, checked: host, the numeric address to connect to, and port.

    Every address the name resolves to must be public or allowed, so that no name leads into our own network; the one returned
    is the one to connect to, so that a name that changes between check and use changes nothing.

    Raises
    ------
    WebhookError
        No such address, not https, user and password in it, or not public.

    Examples
    --------
    >>> resolve("https://127.0.0.1/hook")
    Traceback (most recent call last):
    resellerrisk.webhooks.WebhookError: The webhook's address 127.0.0.1 is not public.
    Hint: where it is yours and meant, allow it: RESELLERRISK_WEBHOOK_ALLOW=127.0.0.1
    """
    parts = urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise WebhookError("The webhook's address has no such port.", hint="https://HOST/PATH") from None
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username or parts.password:
        raise WebhookError(
            "The webhook's address cannot be used.", hint="https://HOST/PATH, without user and password"
        )
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise WebhookError(f"The webhook's host {parts.hostname} is not known.") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    named = [any(ipaddress.ip_address(one) in network for network in allowed) for one in addresses]
    for address, is_named in zip(addresses, named, strict=True):
        if not (is_named or is_public(address)):
            raise WebhookError(
                f"The webhook's address {address} is not public.",
                hint=f"where it is yours and meant, allow it: {ALLOW_VARIABLE}={address}",
            )
    if parts.scheme == "http" and not all(named):
        raise WebhookError("The webhook's address is not https.", hint="https://HOST/PATH")
    return parts.hostname, addresses[0], port


def is_public(address: str) -> bool:
    """Whether a numeric address is one of the public network, also behind the ways to write IPv4 inside IPv6.

    >>> [is_public(a) for a in ("8.8.8.8", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "224.0.0.1")]
    [True, False, False, False, False, False]
    """
    found = ipaddress.ip_address(address)
    if found.version == 6:
        inner: ipaddress.IPv4Address | ipaddress.IPv6Address | None = (
            found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        )
        if found in _NAT64:
            inner = ipaddress.ip_address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


def send(receiver: Receiver, id: str, content: dict[str, Any]) -> int:
    """Send one message; it is tried once.

    Parameters
    ----------
    receiver : Receiver
    id : str
        Names the message; sent again under the same id, a receiver can drop it.
    content : dict
        Becomes the JSON body. No personal data belongs here: it leaves the house.

    Returns
    -------
    int
        The receiver's status, 200 to 299.

    Raises
    ------
    WebhookError
        The address is refused, nobody answers, or the answer is another status (a redirect too).
    """
    host, address, port = resolve(receiver.url, receiver.allowed)
    parts, body = urlsplit(receiver.url), json.dumps(content, sort_keys=True, default=str).encode()
    timestamp = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "resellerrisk",
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(receiver.secret, id, timestamp, body),
    }
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _Connection(host, address, port, secure=parts.scheme == "https")
    try:
        connection.request("POST", path, body, headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise WebhookError(
            f"The webhook's receiver {host} does not answer: {type(error).__name__}."
        ) from error
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise WebhookError(f"The webhook's receiver {host} answered {status}.", hint="it must answer 2xx")
    return status


class _Connection(http.client.HTTPConnection):
    """A connection to an address already resolved, with the name in the Host header and in the TLS certificate's check."""

    def __init__(self, host: str, address: str, port: int, secure: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self._address, self._secure = address, secure
        self.default_port = 443 if secure else 80

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(_PREFIX) or len(key) < _LEAST_SECRET:
        raise WebhookError(
            f"The webhook's secret is not {_PREFIX} and base64 of {_LEAST_SECRET} bytes or more.",
            hint=_MAKE_SECRET,
        )
    return key
