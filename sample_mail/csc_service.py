"""A remote signing service on loopback: certomancer's CSC dummy, with a key made on the fly.

`python -m sample_mail.csc_service FOLDER` serves what `prepare` put into a folder, prints the
address in one line, and ends when its standard input does. It checks nothing: for demos only.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web
from certomancer.registry import CertomancerConfig
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from csc_dummy.csc_dummy_server import CSCWithCertomancer, DummyServiceParams

CREDENTIAL = "demo/seal"
BATCH = 10
_KEY = "seal.key.pem"


def make_key(folder: Path) -> ec.EllipticCurvePublicKey:
    """Make the service's key in its private folder and give the public key."""
    folder.mkdir(mode=0o700, parents=True)
    key = ec.generate_private_key(ec.SECP256R1())
    file = folder / _KEY
    file.touch(mode=0o600)
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return key.public_key()


def put_certificates(folder: Path, seal: Path, issuing: Path) -> None:
    """Give the service the certificate of its key, and the issuer's (PEM)."""
    (folder / "seal.pem").write_bytes(seal.read_bytes())
    (folder / "issuing.pem").write_bytes(issuing.read_bytes())


def application(
    folder: Path, kind: type[CSCWithCertomancer] = CSCWithCertomancer
) -> web.Application:
    """Give the service as a web application; `kind` may be a subclass with faults."""
    parameters = DummyServiceParams(hash_pinning_required=True, multisign=BATCH)
    service = kind(_configuration(folder), service_params=parameters)
    service.register_routes()
    app: web.Application = service.app
    return app


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Run the service in a process of its own; gives its address."""
    command = [sys.executable, "-m", "sample_mail.csc_service", str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as child:  # noqa: S603 - our own program
        try:
            assert child.stdout is not None  # noqa: S101 - for the type checker: it is a pipe
            yield child.stdout.readline().strip()
        finally:
            child.terminate()


async def serve(app: web.Application) -> tuple[web.AppRunner, str]:
    """Listen on a free port of loopback; gives what stops it, and the address."""
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


def _configuration(folder: Path) -> CertomancerConfig:
    """Describe a PKI of which only the seal's key and two certificates are there."""
    certificates = {
        "issuing": {"certificate-file": "issuing.pem", "subject": "issuing", "issuer": "issuing"},
        "seal": {"certificate-file": "seal.pem", "subject": "seal", "issuer": "issuing"},
    }
    for each in certificates.values():
        each["validity"] = {
            "valid-from": "2020-01-01T00:00:00+0000",
            "valid-to": "2040-01-01T00:00:00+0000",
        }
    keys = {"seal": {"path": _KEY}, "issuing": {"path": _KEY}}
    plain = {
        "external-url-prefix": "http://127.0.0.1",
        "keysets": {"demo": {"keys": keys}},
        "pki-architectures": {
            "demo": {
                "keyset": "demo",
                "entities": {
                    "seal": {"common-name": "seal"},
                    "issuing": {"common-name": "issuing"},
                },
                "certs": certificates,
            }
        },
    }
    return CertomancerConfig(plain, config_search_dir=folder, key_search_dir=folder)


async def _main(folder: Path) -> None:
    _runner, address = await serve(application(folder))
    sys.stdout.write(address + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1])))
