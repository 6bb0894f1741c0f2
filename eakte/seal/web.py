"""One question and one answer over HTTP, with the services that a seal needs.

Bounded in time and size, never redirected, no cookies, no content coding. Proxies are those of the
environment (`http_proxy`, `https_proxy`, `no_proxy`). Connections are not kept: most authorities
close them, and a stale one would look like an outage.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eakte.i18n import _

_OK = 200
_CHUNK = 1 << 14
_AGENT = "eakte"


@dataclass(frozen=True)
class Question:
    """A request; with a body it is a POST."""

    url: str
    accepts: str
    """Media type that the answer must have, empty for any."""
    body: bytes | None = None
    media_type: str = ""
    authorization: str = ""
    """Value of the header; it is never part of an error message."""
    seconds: float = 10.0
    max_bytes: int = 100_000


class NoAnswerError(OSError):
    """Nothing usable came back; `retry_after` is the service's own wish (RFC 9110 §10.2.3)."""

    def __init__(self, why: str, retry_after: str = "") -> None:
        super().__init__(why)
        self.retry_after = retry_after


def ask(question: Question, tls: ssl.SSLContext | None = None) -> bytes:
    """Give the body of a complete answer 200 of the accepted type.

    Raises NoAnswerError for whatever else happens.
    """
    end = time.monotonic() + question.seconds
    connections: list[http.client.HTTPConnection] = []
    watch = threading.Timer(question.seconds, _hang_up, (connections,))
    watch.daemon = True
    watch.start()
    try:
        with _opener(connections, tls).open(_request(question), timeout=question.seconds) as found:
            return _body(found, question, end)
    except NoAnswerError:
        raise
    except (OSError, http.client.HTTPException, ValueError) as problem:
        if time.monotonic() >= end:
            raise NoAnswerError(_too_slow(question)) from problem
        raise NoAnswerError(_reason(problem)) from problem
    finally:
        watch.cancel()


def _request(question: Question) -> urllib.request.Request:
    headers = {"User-Agent": _AGENT, "Accept": question.accepts or "*/*"}
    if question.media_type:
        headers["Content-Type"] = question.media_type
    request = urllib.request.Request(question.url, question.body, headers)  # noqa: S310 - only http(s) has a handler
    if question.authorization:
        request.add_unredirected_header("Authorization", question.authorization)
    return request


def _body(found: http.client.HTTPResponse, question: Question, end: float) -> bytes:
    if found.status != _OK:
        why = _("it answers with HTTP status {status}").format(status=found.status)
        raise NoAnswerError(why, found.headers.get("Retry-After", ""))
    kind = found.headers.get_content_type()
    if question.accepts and kind != question.accepts:
        raise NoAnswerError(_("it answers with the type {kind}").format(kind=kind[:60]))
    parts = list(_parts(found, question, end))
    expected = found.headers.get("Content-Length", "")
    if expected.isdigit() and int(expected) != sum(map(len, parts)):
        raise NoAnswerError(_("its answer was cut off"))
    return b"".join(parts)


def _parts(found: http.client.HTTPResponse, question: Question, end: float) -> Iterator[bytes]:
    size = 0
    while part := found.read1(_CHUNK):
        size += len(part)
        if size > question.max_bytes:
            raise NoAnswerError(_("its answer is too large"))
        if time.monotonic() > end:
            raise NoAnswerError(_too_slow(question))
        yield part


def _too_slow(question: Question) -> str:
    return _("it gives no whole answer within {seconds:g} s").format(seconds=question.seconds)


def _reason(problem: BaseException) -> str:
    inner = getattr(problem, "reason", problem)
    return f"{type(inner).__name__}: {inner}"[:200]


def _hang_up(connections: list[http.client.HTTPConnection]) -> None:
    """End what takes too long, also while it is still sending its first line."""
    for connection in connections:
        with contextlib.suppress(OSError, AttributeError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _opener(
    connections: list[http.client.HTTPConnection], tls: ssl.SSLContext | None
) -> urllib.request.OpenerDirector:
    """Give what opens http and https only, follows nothing, and tells its connections."""

    def plain(host: str, **options: Any) -> http.client.HTTPConnection:
        connections.append(http.client.HTTPConnection(host, **options))
        return connections[-1]

    def secure(host: str, **options: Any) -> http.client.HTTPConnection:
        context = tls or ssl.create_default_context()
        connections.append(http.client.HTTPSConnection(host, context=context, **options))
        return connections[-1]

    class _Plain(urllib.request.HTTPHandler):
        def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
            return self.do_open(plain, request)

    class _Secure(urllib.request.HTTPSHandler):
        def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
            return self.do_open(secure, request)

    opener = urllib.request.OpenerDirector()
    for handler in (urllib.request.ProxyHandler(), _Plain(), _Secure()):
        opener.add_handler(handler)
    return opener
