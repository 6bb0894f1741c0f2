"""Colour spaces: CMYK gets a profile, what only repeats or contradicts itself is put straight.

PDF/A wants to know what a colour looks like (ISO 19005-2 6.2.4): DeviceGray and DeviceRGB are told
by the sRGB output intent that every archive copy has, DeviceCMYK by a default space.
"""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

from eakte.domain.findings import Finding, FindingCode
from eakte.pdfa.normal.cmyk import profile_stream
from eakte.pdfa.normal.usage import Usage, read_usage
from eakte.pictures.colours import usable_profile

_DEVICE = {1: Name.DeviceGray, 3: Name.DeviceRGB, 4: Name.DeviceCMYK}
_NONE: tuple[str, ...] = ()
_MODES: dict[int, tuple[str, ...]] = {1: ("L",), 3: ("RGB", "LAB"), 4: ("CMYK",)}
"""What colours profiles of so many components can be about, as Pillow names them."""
_MAX_DEPTH = 8


def settle_colours(pdf: pikepdf.Pdf, usage: Usage) -> Iterator[Finding]:
    """Give all colours of a document a meaning that PDF/A knows, as far as that is possible."""
    _drop_bad_profiles(pdf)
    assumed = _Assumed(pdf)
    numbers = {page.objgen: number for number, page in enumerate(pdf.pages, start=1)}
    for scope in list(pdf.content_scopes()):
        group = scope.content.get(Name.Group)
        if isinstance(group, Dictionary) and _is_cmyk(group.get(Name.CS)):
            changed = Dictionary(dict(group.items()))
            changed.CS = assumed.space()
            scope.content.Group = changed
        if scope.resources is not None and _uses_cmyk(scope.resources, usage):
            if not assumed.put(scope.resources):
                continue
            page = None if scope.page is None else numbers.get(scope.page.objgen)
            yield Finding(FindingCode.NO_COLOUR_PROFILE, page, "DeviceCMYK")


def settle_picture_colours(pdf: pikepdf.Pdf) -> tuple[Finding, ...]:
    """Do the same for pages that show a picture and nothing else; its coded bytes stay."""
    return tuple(settle_colours(pdf, read_usage(pdf)))


class _Assumed:
    """The profile that is assumed for CMYK, made when it is needed first."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pdf = pdf
        self._space: Object | None = None

    def space(self) -> Object:
        """Give the colour space."""
        if self._space is None:
            self._space = self._pdf.make_indirect(Array([Name.ICCBased, profile_stream(self._pdf)]))
        return self._space

    def put(self, resources: Dictionary) -> bool:
        """Make it the default of content; say whether it had none."""
        spaces = resources.get(Name.ColorSpace)
        known = dict(spaces.items()) if isinstance(spaces, Dictionary) else {}
        if isinstance(known.get("/DefaultCMYK"), Array):
            return False
        resources.ColorSpace = Dictionary({**known, "/DefaultCMYK": self.space()})
        return True


def _uses_cmyk(resources: Dictionary, usage: Usage) -> bool:
    if usage.names[resources.objgen]["/ColorSpace"] & {"/DeviceCMYK", "/CMYK"}:
        return True
    spaces = resources.get(Name.ColorSpace)
    if isinstance(spaces, Dictionary) and any(
        _is_cmyk(space) for key, space in spaces.items() if not key.startswith("/Default")
    ):
        return True
    objects = resources.get(Name.XObject)
    return isinstance(objects, Dictionary) and any(
        isinstance(item, Stream) and _is_cmyk(item.get(Name.ColorSpace))
        for item in objects.values()
    )


def _is_cmyk(space: Object | None, depth: int = 0) -> bool:
    """Tell whether a colour space is DeviceCMYK, or is told by it."""
    if isinstance(space, Name):
        return space == Name.DeviceCMYK
    if not isinstance(space, Array) or not len(space) or depth > _MAX_DEPTH:
        return False
    if space[0] in (Name.DeviceCMYK, Name.Indexed):
        return space[0] == Name.DeviceCMYK or (len(space) > 1 and _is_cmyk(space[1], depth + 1))
    return False


def _drop_bad_profiles(pdf: pikepdf.Pdf) -> None:
    """Put the device space where a profile is not what it should be, as viewers do."""
    known = _Profiles()
    for item in pdf.objects:
        if isinstance(item, Stream) and Name.ColorSpace in item:
            space = known.straight(item.ColorSpace, 0)
            if space is not None:
                item.ColorSpace = space
    for scope in list(pdf.content_scopes()):
        spaces = scope.resources.get(Name.ColorSpace) if scope.resources is not None else None
        if isinstance(spaces, Dictionary):
            for key, told in list(spaces.items()):
                space = known.straight(told, 0)
                if space is not None:
                    spaces[key] = space


class _Profiles:
    """The profiles of a document, each one looked at once."""

    def __init__(self) -> None:
        self._good: dict[tuple[int, int], bool] = {}

    def straight(self, space: Object | None, depth: int) -> Object | None:
        """Give what a colour space should be; None if it is that already."""
        if not isinstance(space, Array) or not len(space) or depth > _MAX_DEPTH:
            return None
        if space[0] == Name.Indexed and len(space) > 1:
            base = self.straight(space[1], depth + 1)
            return None if base is None else Array([space[0], base, *list(space)[2:]])
        if len(space) == 1:
            return space[0] if space[0] in _DEVICE.values() else None
        if space[0] != Name.ICCBased or not isinstance(space[1], Stream):
            return None
        profile = space[1]
        if profile.objgen not in self._good:
            self._good[profile.objgen] = _is_good(profile)
        count = profile.get(Name.N)
        good = self._good[profile.objgen] or not isinstance(count, int)
        return None if good else _DEVICE.get(int(count or 0))


def _is_good(profile: Stream) -> bool:
    """Tell whether a profile can be used as told (ISO 19005-2 6.2.4.2)."""
    data = profile.read_bytes()
    count = profile.get(Name.N)
    modes = _MODES.get(count, _NONE) if isinstance(count, int) else _NONE
    return any(usable_profile(data, mode) for mode in modes)
