"""The desk as a running server: one process, one socket, and the line that tells a person where to go."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from resellerrisk.errors import InputError


def serve(app: FastAPI, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    app : FastAPI
        `make_app`.
    host : str
        The address to listen on.
    port : int
        0: a free one.
    ready : function
        Is told the address once the socket listens.

    Raises
    ------
    InputError
        The address cannot be listened on.
    """
    bound = _bind(host, port)
    ready(address_of(host, bound.getsockname()[1]))
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, proxy_headers=False, server_header=False
    )
    try:
        uvicorn.Server(config).run(sockets=[bound])
    finally:
        bound.close()


def address_of(host: str, port: int) -> str:
    """The address for a browser.

    >>> address_of("::1", 8600), address_of("0.0.0.0", 8600)
    ('http://[::1]:8600', 'http://localhost:8600')
    """
    shown = "localhost" if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


def is_local(host: str) -> bool:
    """Whether nobody from another machine can come in at an address.

    >>> is_local("127.0.0.1"), is_local("localhost"), is_local("0.0.0.0")
    (True, True, False)
    """
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except (OSError, OverflowError) as error:
        bound.close()
        raise InputError(f"{host}:{port} cannot be listened on ({error}).", hint="--port 8601") from None
    return bound
