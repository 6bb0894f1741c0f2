"""Getting trusted lists into a home: by file, by HTTP, by a list of lists; keeping them."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from eakte.audit import log
from eakte.config import TrustedListSource, open_home
from eakte.domain.clock import FixedClock
from eakte.domain.events import Action
from eakte.errors import ConfigurationError
from eakte.pipeline.desk import Desk
from eakte.seal.trust import TrustAnchors
from eakte.services import trusting
from tests.tools import homes
from tests.unit.seal.list_making import ISSUED, Entry, Scheme, party, signed

OPERATOR = party("Operator")
GERMAN = party("German operator")
ISSUER = party("CA", ca=True)
AT = ISSUED + timedelta(days=20)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lists") / "home"
    homes.create(folder, FixedClock(AT), "Stadt", demo=True)
    (folder / "operator.pem").write_bytes(OPERATOR.pem)
    return folder


@pytest.fixture
def desk(root):
    for file in (root / "trust").glob("lists/*"):
        file.unlink()
    return _desk(root, TrustedListSource(source="list.xml", signers=("operator.pem",)))


def _desk(root, *sources, at=AT):
    home = open_home(root)
    home.settings = home.settings.model_copy(update={"trusted_lists": sources})
    return Desk(home, FixedClock(at))


def _put(root, scheme, signer=OPERATOR, name="list.xml"):
    (root / name).write_bytes(signed(scheme, signer))


@pytest.fixture
def served(tmp_path):
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield tmp_path, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_update_keeps_the_list_tells_its_age_and_is_logged(desk, root):
    _put(root, Scheme(entries=(Entry(ISSUER),)))
    (found,) = trusting.update(desk)
    assert (found.problem, found.changed, found.sequence, found.age_days) == ("", True, 7, 20)
    (again,) = trusting.update(desk)
    assert (again.problem, again.changed) == ("", False)
    (shown,) = trusting.show(desk)
    assert (shown.territory, shown.services, shown.in_force) == ("DE", 1, True)
    with desk.engine.connect() as connection:
        events = log.of_action(connection, Action.TRUST_UPDATED, "list-DE")
        assert [event.after["sequence"] for event in events] == ["7"]
    lists = root / "trust" / "lists"
    assert {file.stat().st_mode & 0o777 for file in lists.iterdir()} == {0o600}
    for place in (desk.home.trust, desk.home.trust_incoming):
        assert TrustAnchors.load_any(place).lists[0].list.sequence == 7


def test_the_last_good_list_stays_when_a_new_one_is_not_good(desk, root):
    _put(root, Scheme(sequence=7, entries=(Entry(ISSUER),)))
    trusting.update(desk)
    for scheme, signer, words in (
        (Scheme(sequence=8), GERMAN, "no valid signature"),
        (Scheme(sequence=8, next_update=AT - DAY), OPERATOR, "should have followed"),
        (Scheme(sequence=6), OPERATOR, "is older than list 7"),
    ):
        _put(root, scheme, signer)
        (found,) = trusting.update(desk)
        assert words in found.problem
        assert [each.sequence for each in trusting.show(desk)] == [7]
    (root / "list.xml").unlink()
    assert trusting.update(desk)[0].problem
    assert [each.services for each in trusting.show(desk)] == [1]


def test_a_list_that_grew_old_is_told(desk, root):
    _put(root, Scheme())
    trusting.update(desk)
    (found,) = trusting.show(_desk(root, at=ISSUED + timedelta(days=200)))
    assert (found.in_force, found.age_days) == (False, 200)


def test_the_list_of_lists_names_who_signs_the_others(desk, root, served):
    folder, address = served
    pointers = (("DE", f"{address}/de.xml", GERMAN), ("FR", f"{address}/fr.xml", OPERATOR))
    _put(folder, Scheme("EU", pointers=pointers), name="eu.xml")
    _put(folder, Scheme("DE", entries=(Entry(ISSUER),)), GERMAN, "de.xml")
    source = TrustedListSource(
        source=f"{address}/eu.xml", signers=("operator.pem",), territories=("DE",)
    )
    desk = _desk(root, source)
    assert [(each.territory, each.problem) for each in trusting.update(desk)] == [
        ("EU", ""),
        ("DE", ""),
    ]
    _put(folder, Scheme("DE", sequence=9), OPERATOR, "de.xml")
    assert "no valid signature" in trusting.update(desk)[1].problem
    _put(folder, Scheme("FR", sequence=9), GERMAN, "de.xml")
    assert trusting.update(desk)[1].problem
    assert [each.territory for each in trusting.show(desk)] == ["DE", "EU"]


def test_one_list_may_come_from_elsewhere_but_not_from_anybody(desk, served):
    folder, address = served
    _put(folder, Scheme(sequence=8))
    (found,) = trusting.update(desk, f"{address}/list.xml")
    assert (found.problem, found.sequence) == ("", 8)
    assert trusting.update(desk, f"{address}/missing.xml")[0].problem
    _put(folder, Scheme(sequence=9), GERMAN)
    assert "no valid signature" in trusting.update(desk, str(folder / "list.xml"))[0].problem


def test_without_named_signers_nothing_is_believed(root):
    with pytest.raises(ConfigurationError):
        trusting.update(_desk(root), "list.xml")
