"""A time-stamp authority, an OCSP responder and a revocation list on loopback, with faults.

`python -m tests.tools.authorities FOLDER` makes a PKI in FOLDER (unless it is there) and serves it
in a process of its own; it prints the address of its time-stamp authority. `join` turns a new demo
home into one that uses these services. The word in FOLDER/fault makes them fail until it is gone:
see `TSA_FAULTS` and `OCSP_FAULTS`.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from asn1crypto import algos, cms, ocsp, tsp
from cryptography.x509 import load_pem_x509_certificate
from cryptography.x509.oid import ExtendedKeyUsageOID

from eakte.domain.clock import SystemClock
from eakte.seal import demo_pki
from eakte.seal.keys import Pkcs12SealKey, as_asn1
from eakte.seal.revocation import DemoRevocation
from eakte.seal.timestamp import DemoTimestampAuthority
from eakte.seal.trust_folder import TrustFolder

_CLOCK = SystemClock()
_DAY = timedelta(days=1)
_OVERSIZED = 200_000
_CREDENTIALS = b"stadt:geheim"
_LARGE = 12_000
_HANG_SECONDS = 30.0
_REPLY, _ANSWER = "application/timestamp-reply", "application/ocsp-response"

TSA_FAULTS = (
    "hang",
    "slow",
    "garbage",
    "empty",
    "cut-off",
    "status-500",
    "rate-limit",
    "redirect",
    "wrong-type",
    "oversized",
    "rejection",
    "wrong-nonce",
    "wrong-imprint",
    "wrong-time",
    "wrong-signature",
    "expired",
    "loose",
    "seal",
)
"""All but `refused`, which needs the server to be stopped; the last three name other keys."""
OCSP_FAULTS = ("ocsp-500", "ocsp-garbage", "ocsp-old", "ocsp-other")


def make_pki(folder: Path, port: int = 0, seal_key: demo_pki.PublicKey | None = None) -> None:
    """Make a trust folder whose certificates name services on a port (0: a free one).

    `seal_key` gets the seal's certificate if its private key is elsewhere.
    """
    port = port or _free_port()
    address = f"http://127.0.0.1:{port}"
    layout, organisation = TrustFolder(folder), f"Stadt Neuenfurt {demo_pki.DEMO_MARK}"
    start = _CLOCK.now() - _DAY
    folder.mkdir(mode=0o700, parents=True)
    issue, write = demo_pki._issue, demo_pki._write
    top = demo_pki._Wish("DEMO Root CA", demo_pki._CA_LIFE, is_ca=True)
    root = issue(top, organisation, start, None)
    middle = replace(demo_pki._ISSUING, crl=f"{address}/root.crl")
    issuing = issue(middle, organisation, start, root)
    write(layout.anchors / "root.pem", root.pem())
    write(layout.certificates / "issuing.pem", issuing.pem())
    write(layout.crls / "root.crl", demo_pki._empty_crl(root, start))
    services = demo_pki._SERVICES
    stamps = services["tsa"]
    loose = replace(stamps, name="DEMO loose", purpose=ExtendedKeyUsageOID.CODE_SIGNING)
    wishes = services | {"second": replace(stamps, name="DEMO second"), "loose": loose}
    for name, each in wishes.items():
        wish = replace(each, ocsp=f"{address}/ocsp")
        if name == "seal" and seal_key is not None:
            certificate = demo_pki._certify(wish, organisation, start, issuing, seal_key)
            write(layout.certificates / "seal.pem", demo_pki._pem(certificate))
        else:
            _write_party(layout, name, issue(wish, organisation, start, issuing), issuing)
    brief = replace(stamps, name="DEMO expired", life=_DAY, ocsp=f"{address}/ocsp")
    expired = issue(brief, organisation, start - 9 * _DAY, issuing)
    _write_party(layout, "expired", expired, issuing)
    (folder / "port").write_text(str(port))


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def tsa_of(services: Path) -> str:
    """Give the address of the time-stamp authority of a PKI that was made."""
    return f"http://127.0.0.1:{(services / 'port').read_text()}/tsa"


def _write_party(layout, name, party, issuing):
    demo_pki._write(layout.certificates / f"{name}.pem", party.pem())
    demo_pki._write_key(layout, name, party, issuing)


def join(services: Path, home: Path, *tsas: str) -> None:
    """Let a demo home trust this PKI, seal with its key, and ask its services."""
    trust = home / "trust"
    shutil.rmtree(trust)
    for part in ("anchors/root.pem", "certificates/issuing.pem", "certificates/seal.pem"):
        (trust / part).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(services / part, trust / part)
    (trust / "keys").mkdir(mode=0o700)
    for part in ("keys/seal.p12", "keys/seal.pin"):
        if (services / part).is_file():
            shutil.copy(services / part, trust / part)
    with (home / "eakte.toml").open("a") as settings:
        settings.writelines(
            f'\n[[tsa]]\nurl = "{each}"\ntimeout_seconds = 0.5\nretry_seconds = 0.1\n'
            for each in tsas
        )


class _Authority(DemoTimestampAuthority):
    """Answers wrongly in one way."""

    def __init__(self, key: Pkcs12SealKey, fault: str) -> None:
        super().__init__(key, _CLOCK)
        self._fault = fault

    def _token_info(self, request: tsp.TimeStampReq) -> tsp.TSTInfo:
        info = super()._token_info(request)
        if self._fault == "wrong-nonce":
            info["nonce"] = request["nonce"].native ^ 1
        if self._fault == "wrong-imprint":
            sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
            info["message_imprint"] = {"hash_algorithm": sha256, "hashed_message": bytes(32)}
        if self._fault == "large":
            filler = {"extn_id": "1.3.6.1.4.1.99999.1", "extn_value": bytes(_LARGE)}
            info["extensions"] = [filler]
        if self._fault == "wrong-time":
            info["gen_time"] = _CLOCK.now().replace(microsecond=0) - timedelta(minutes=10)
        return info

    def _signed_data(self, info: bytes) -> cms.SignedData:
        signed = super()._signed_data(info)
        if self._fault == "wrong-signature":
            value = bytearray(signed["signer_infos"][0]["signature"].native)
            value[-1] ^= 1
            signed["signer_infos"][0]["signature"] = bytes(value)
        return signed


class _Responder(DemoRevocation):
    """Answers about one certificate at a time."""

    def __init__(self, folder: TrustFolder) -> None:
        super().__init__(folder, _CLOCK)
        known = (each.read_bytes() for each in folder.certificates.glob("*.pem"))
        self._all = [as_asn1(load_pem_x509_certificate(each)) for each in known]
        self._fault = ""
        self._one = threading.Lock()

    def answer(self, request: bytes, fault: str) -> bytes:
        asked = ocsp.OCSPRequest.load(request)["tbs_request"]["request_list"][0]["req_cert"]
        number = asked["serial_number"].native
        with self._one:
            self._subjects = [each for each in self._all if each.serial_number == number]
            if fault == "ocsp-other":
                self._subjects = [each for each in self._all if each.serial_number != number][:1]
            self._fault = fault
            return self._answer()

    def _good(self, subject, now):
        if self._fault == "ocsp-old":
            now -= timedelta(hours=1)
        answer = super()._good(subject, now)
        tsa = "DEMO Time-stamp" in subject.subject.human_friendly
        if self._fault == "ocsp-revoked" or (self._fault == "revoked-tsa" and tsa):
            since = {"revocation_time": now, "revocation_reason": "key_compromise"}
            answer["cert_status"] = ocsp.CertStatus("revoked", ocsp.RevokedInfo(since))
        return answer


class Services:
    """The server; `asked` counts requests for time-stamps, for answers and for lists."""

    def __init__(self, folder: Path) -> None:
        """Serve the PKI in `folder`, which is made if missing, at the port that it names."""
        self.folder, known = folder, folder / "port"
        port = int(known.read_text()) if known.exists() else 0
        self.asked = {"tsa": 0, "ocsp": 0, "root.crl": 0}
        services = self

        class Handler(_Handler):
            owner = services

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.tsa = f"{self.address}/tsa"
        if not folder.exists():
            make_pki(folder, self.port)
        self.trust = TrustFolder(folder)
        self.responder = _Responder(self.trust)
        self.keys = {
            name: Pkcs12SealKey.of(self.trust, name)
            for name in ("tsa", "second", "expired", "loose", "seal")
            if self.trust.key(name).is_file()
        }

    @property
    def fault(self) -> str:
        """Give the word that makes them fail."""
        with contextlib.suppress(FileNotFoundError):
            return (self.folder / "fault").read_text()
        return ""

    @fault.setter
    def fault(self, word: str) -> None:
        (self.folder / "fault").write_text(word)

    def serve(self) -> None:
        """Answer until stopped."""
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """Refuse connections from now on."""
        self._server.shutdown()
        self._server.server_close()

    def token(self, request: bytes, fault: str) -> bytes:
        """Give the answer to a request for a time-stamp."""
        name = fault if fault in self.keys else "tsa"
        if fault == "every-third" and self.asked["tsa"] % 3 == 0:
            name = "second"
        return _Authority(self.keys[name], fault).answer(request)


class _Handler(BaseHTTPRequestHandler):
    owner: Services

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        service = self.path.strip("/")
        self.owner.asked[service] += 1
        fault = self.owner.fault
        if service == "ocsp":
            self._ocsp(body, fault)
        elif not self._broken(body, fault):
            self._send(self.owner.token(body, fault), _REPLY)

    def do_GET(self) -> None:
        service = urlsplit(self.path).path.strip("/")
        self.owner.asked[service] += 1
        self._send((self.owner.trust.crls / service).read_bytes(), "application/pkix-crl")

    def _ocsp(self, body: bytes, fault: str) -> None:
        if fault == "ocsp-500":
            self._send(b"", _ANSWER, 500)
        elif fault == "ocsp-garbage":
            self._send(b"garbage", _ANSWER)
        else:
            self._send(self.owner.responder.answer(body, fault), _ANSWER)

    def _broken(self, body: bytes, fault: str) -> bool:
        """Fail on the way; tell whether that was done."""
        if fault == "unauthorized":
            known = self.headers["Authorization"] == f"Basic {b64encode(_CREDENTIALS).decode()}"
            self._send(self.owner.token(body, ""), _REPLY, 200 if known else 401)
        elif fault == "hang":
            time.sleep(_HANG_SECONDS)
        elif fault == "slow":
            self._drip()
        elif fault == "cut-off":
            whole = self.owner.token(body, "")
            self._send(whole[: len(whole) // 2], _REPLY, length=len(whole))
        elif fault in _WHOLE:
            self._send(*_WHOLE[fault])
        else:
            return False
        return True

    def _drip(self) -> None:
        """Send a byte now and then, from the first line on."""
        with contextlib.suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\n" * 9:
                self.wfile.write(bytes([byte]))
                time.sleep(0.1)

    def _send(self, body: bytes, kind: str, status: int = 200, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        if status == 429:
            self.send_header("Retry-After", "1")
        if status == 302:
            self.send_header("Location", f"{self.owner.tsa}?again")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


_WHOLE: dict[str, tuple[bytes, str, int]] = {
    "garbage": (b"\x30\x82garbage" * 20, _REPLY, 200),
    "empty": (b"", _REPLY, 200),
    "status-500": (b"", _REPLY, 500),
    "rate-limit": (b"", _REPLY, 429),
    "redirect": (b"", _REPLY, 302),
    "wrong-type": (b"<html>Please log in</html>", "text/html", 200),
    "oversized": (bytes(_OVERSIZED), _REPLY, 200),
    "rejection": (bytes.fromhex("30053003020102"), _REPLY, 200),
}


@contextmanager
def serving(folder: Path) -> Iterator[Services]:
    """Serve in a thread while the block runs."""
    services = Services(folder)
    threading.Thread(target=services.serve, daemon=True).start()
    try:
        yield services
    finally:
        services.stop()


@contextmanager
def serving_apart(folder: Path) -> Iterator[str]:
    """Serve in a process of its own while the block runs; gives the authority's address."""
    command = [sys.executable, "-m", "tests.tools.authorities", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


if __name__ == "__main__":
    served = Services(Path(sys.argv[1]))
    print(served.tsa, flush=True)
    served.serve()
