"""Computing takes a worker's place, waiting for the network takes none."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from eakte.pipeline.places import Places


def _places(*, networked):
    return Places(SimpleNamespace(workers=1, sealer=SimpleNamespace(networked=networked)))


def _enters(place):
    """Say whether another thread gets the place at once; it leaves it when it can."""
    inside = threading.Event()

    def enter():
        with place:
            inside.set()

    threading.Thread(target=enter, daemon=True).start()
    return inside.wait(0.2)


@pytest.mark.parametrize("networked", [True, False])
def test_a_seal_takes_a_workers_place_unless_it_waits_for_the_network(networked):
    places = _places(networked=networked)
    with places.step("read"):
        assert not _enters(places.step("read"))
        assert _enters(places.step("seal")) is networked
        assert _enters(places.step("services")) is networked


def test_judging_takes_a_workers_place_in_any_case():
    places = _places(networked=True)
    with places.step("read"):
        assert not _enters(places.judging())
    with places.step("seal"), places.judging():
        assert not _enters(places.step("read"))
    alone = _places(networked=False)
    with alone.step("seal"), alone.judging():
        assert not _enters(alone.step("read"))
