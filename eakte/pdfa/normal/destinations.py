"""Destinations: where links and outlines lead (ISO 32000-1 12.3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, String

_FITS = {"/XYZ", "/Fit", "/FitH", "/FitV", "/FitR", "/FitB", "/FitBH", "/FitBV"}


@dataclass(frozen=True)
class Destinations:
    """The pages that a destination can lead to, in their order."""

    pages: tuple[Dictionary, ...]
    known: frozenset[tuple[int, int]]

    def place(self, value: Object | None) -> Array | None:
        """Give an explicit destination as an array (table 151), None if it leads nowhere.

        A page may be told by its number, as viewers allow: it becomes a reference.
        """
        listed = value.get(Name.D) if isinstance(value, Dictionary) else value
        if not isinstance(listed, Array) or not len(listed):
            return None
        told, *rest = listed
        page = self._page(told)
        if page is None:
            return None
        fit, *places = rest or [Name.Fit]
        good = all(item is None or isinstance(item, int | float | Decimal) for item in places)
        if not isinstance(fit, Name) or str(fit) not in _FITS or not good:
            return Array([page, Name.Fit])
        return Array([page, fit, *places])

    def kept(self, value: Object | None) -> Object | None:
        """Give what may stay of a destination: a place, or the name of one."""
        return value if isinstance(value, Name | String) else self.place(value)

    def _page(self, told: object) -> Dictionary | None:
        if isinstance(told, Dictionary):
            return told if told.objgen in self.known else None
        if not isinstance(told, int) or isinstance(told, bool):
            return None
        return self.pages[told] if 0 <= told < len(self.pages) else None


def read_destinations(pdf: pikepdf.Pdf) -> Destinations:
    """Read which pages a document has."""
    pages = tuple(page.obj for page in pdf.pages)
    return Destinations(pages, frozenset(page.objgen for page in pages))
