"""Where a trust folder keeps what: the layout that `demo_pki` writes and the others read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class TrustFolder:
    """Paths below one trust folder; a key is a PKCS#12 file with its PIN in a file beside it."""

    root: Path

    @property
    def anchors(self) -> Path:
        """Give the folder of root certificates (PEM): whom a verification trusts."""
        return self.root / "anchors"

    @property
    def certificates(self) -> Path:
        """Give the folder of all other certificates (PEM)."""
        return self.root / "certificates"

    @property
    def crls(self) -> Path:
        """Give the folder of revocation lists (DER)."""
        return self.root / "crls"

    @property
    def lists(self) -> Path:
        """Give the folder of trusted lists; they count for what arrives (`incoming`), too."""
        return (self.root.parent if self.root.name == "incoming" else self.root) / "lists"

    def key(self, name: str) -> Path:
        """Give the PKCS#12 file of one key: `seal`, `tsa` or `ocsp`."""
        return self.root / "keys" / f"{name}.p12"

    def pin(self, name: str) -> Path:
        """Give the file with that key's PIN."""
        return self.root / "keys" / f"{name}.pin"
