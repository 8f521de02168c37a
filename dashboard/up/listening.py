"""The socket that the web server is given: it outlives the server, so no connection is refused."""

from __future__ import annotations

import socket

PORTS = range(8000, 8020)
BACKLOG = 1024


class CannotListen(Exception):
    """The message names the port and what to do."""


def listen(host: str, port: int | None) -> socket.socket:
    """On `port`; without one on the first free of PORTS, else on any."""
    candidates = [port] if port is not None else [*PORTS, 0]
    for candidate in candidates:
        try:
            return _bound(host, candidate)
        except OSError as failure:
            error = failure
    raise CannotListen(
        f"cannot listen on {host} port {port} ({error.strerror or error}):"
        " choose another with --port (or FIXPOINT_PORT), or leave it out to take a free one"
    )


def url(bound: socket.socket) -> str:
    """As this machine reaches it."""
    host, port = bound.getsockname()[:2]
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}
    return f"http://{everywhere.get(host, f'[{host}]' if ':' in host else host)}:{port}"


def _bound(host: str, port: int) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(BACKLOG)
    except OSError:
        bound.close()
        raise
    return bound
