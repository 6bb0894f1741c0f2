"""The text of HTML mail: nothing is fetched, nothing is run, hidden text is shown too."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from eakte.domain.deliveries import clean_text

_SILENT = frozenset({"script", "style", "template", "title"})
_BREAKS = re.compile(
    r"address|article|blockquote|br|d[dlt]|div|fieldset|footer|form|h[1-6r]|header|li|main|ol|p|pre|"
    r"section|table|tbody|thead|tr|ul"
)
_CID = re.compile(r"cid:([^\s\"'<>)]+)", re.IGNORECASE)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces = list[str]()
        self.silent = 0
        self.link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in _SILENT:
            self.silent += 1
        elif _BREAKS.fullmatch(tag):
            self.pieces.append("\n- " if tag == "li" else "\n")
        elif tag in {"td", "th"}:
            self.pieces.append("\t")
        elif tag == "img" and values.get("alt"):
            self.pieces.append(f"[{values['alt']}]")
        elif tag == "a":
            self.link = values.get("href", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif _BREAKS.fullmatch(tag):
            self.pieces.append("\n")
        elif tag == "a" and self.link:
            target = self.link.removeprefix("mailto:").strip()
            if target and target not in "".join(self.pieces[-3:]) and not target.startswith("#"):
                self.pieces.append(f" <{target}>")
            self.link = ""

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(re.sub(r"\s+", " ", data))


def text_of_html(html: str) -> str:
    """Give the readable text; a link's address follows it if it is not its text."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = "".join(reader.pieces).split("\n")
    text = "\n".join(re.sub(r" +", " ", line).strip(" ") for line in lines)
    return clean_text(re.sub(r"\n{3,}", "\n\n", text)).strip()


def pictures_of_html(html: str) -> frozenset[str]:
    """Give the Content-IDs of the pictures that it shows in its text."""
    return frozenset(_CID.findall(html))
