"""A webhook is signed so that a receiver can tell it from a forged one, and goes to public addresses only."""

from __future__ import annotations

import base64
import http.server
import ipaddress
import json
import socket
import threading
import time

import pytest

from resellerrisk.webhooks import Receiver, WebhookError, is_public, resolve, send, verify

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
HERE = (ipaddress.ip_network("127.0.0.1"),)


@pytest.fixture
def taken():
    """A receiver on this machine: what it took, its address, and the status it answers."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            messages.append(({name.lower(): value for name, value in self.headers.items()}, body, self.path))
            self.send_response(answer["status"])
            self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()

        def log_message(self, *words):
            pass

    messages, answer = [], {"status": 204}
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield messages, f"http://127.0.0.1:{server.server_port}/hook?x=1", answer
    server.shutdown()
    server.server_close()


def test_what_is_sent_verifies_and_a_changed_byte_does_not(taken):
    messages, url, _ = taken
    assert send(Receiver(url, SECRET, HERE), "watch-1", {"raised": 2}) == 204
    headers, body, path = messages[0]
    assert (json.loads(body), path, headers["webhook-id"]) == ({"raised": 2}, "/hook?x=1", "watch-1")
    assert verify(SECRET, headers, body, time.time())
    assert not verify(SECRET, headers, body.replace(b"2", b"3"), time.time())
    assert not verify(SECRET, headers | {"webhook-id": "watch-2"}, body, time.time())
    assert not verify("whsec_" + base64.b64encode(bytes(32)).decode(), headers, body, time.time())


def test_an_old_message_sent_again_does_not_verify(taken):
    messages, url, _ = taken
    send(Receiver(url, SECRET, HERE), "watch-1", {})
    headers, body, _ = messages[0]
    assert verify(SECRET, headers, body, time.time() + 290)
    assert not verify(SECRET, headers, body, time.time() + 310)


@pytest.mark.parametrize("status", [302, 400, 500])
def test_another_answer_than_2xx_is_told_and_no_redirect_is_followed(taken, status):
    messages, url, answer = taken
    answer["status"] = status
    with pytest.raises(WebhookError, match=f"answered {status}"):
        send(Receiver(url, SECRET, HERE), "watch-1", {})
    assert len(messages) == 1


def test_nobody_there_is_one_message():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(WebhookError, match="does not answer"):
        send(Receiver(f"http://127.0.0.1:{port}/", SECRET, HERE), "watch-1", {})


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://0.0.0.0/",
        "https://2130706433/",
        "https://127.1/",
    ],
)
def test_an_address_of_our_own_network_is_refused_however_it_is_written(url):
    with pytest.raises(WebhookError, match="not public"):
        resolve(url)


def test_a_name_that_leads_inside_among_others_is_refused(monkeypatch):
    def found(*_, **__):
        return [(socket.AF_INET, 1, 6, "", (address, 443)) for address in ("93.184.215.14", "10.0.0.5")]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    with pytest.raises(WebhookError, match="10.0.0.5 is not public"):
        resolve("https://example.org/")


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch, taken):
    messages, url, _ = taken
    answers = iter(["127.0.0.1", "10.0.0.5"])

    def found(host, port, *_, **__):
        return [(socket.AF_INET, 1, 6, "", (next(answers), port))]

    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: (found if host == "hook.test" else real)(host, *a, **k)
    )
    send(Receiver(url.replace("127.0.0.1", "hook.test"), SECRET, HERE), "watch-1", {})
    assert messages[0][0]["host"].startswith("hook.test:")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://93.184.215.14/", "not https"),
        ("ftp://93.184.215.14/", "cannot be used"),
        ("https://user:word@93.184.215.14/", "cannot be used"),
        ("https:///path", "cannot be used"),
        ("https://93.184.215.14:99999/", "no such port"),
    ],
)
def test_an_address_that_is_no_plain_https_address_is_refused(url, told):
    with pytest.raises(WebhookError, match=told):
        resolve(url)


def test_public_addresses_are_public():
    assert resolve("https://93.184.215.14/hook") == ("93.184.215.14", "93.184.215.14", 443)
    assert is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")


@pytest.mark.parametrize(
    "secret", ["", "secret", "whsec_short", "whsec_" + base64.b64encode(bytes(8)).decode()]
)
def test_a_weak_secret_is_refused(secret, taken):
    _, url, _ = taken
    with pytest.raises(WebhookError, match="secret"):
        send(Receiver(url, secret, HERE), "watch-1", {})


def test_the_receiver_comes_from_the_environment(monkeypatch):
    monkeypatch.delenv("RESELLERRISK_WEBHOOK_URL", raising=False)
    assert Receiver.from_environment() is None
    monkeypatch.setenv("RESELLERRISK_WEBHOOK_URL", "https://example.org/")
    monkeypatch.delenv("RESELLERRISK_WEBHOOK_SECRET", raising=False)
    with pytest.raises(WebhookError, match="SECRET is not"):
        Receiver.from_environment()
    monkeypatch.setenv("RESELLERRISK_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("RESELLERRISK_WEBHOOK_ALLOW", "10.1.2.0/24, 127.0.0.1")
    assert len(Receiver.from_environment().allowed) == 2
    monkeypatch.setenv("RESELLERRISK_WEBHOOK_ALLOW", "our network")
    with pytest.raises(WebhookError, match="ALLOW"):
        Receiver.from_environment()
