from __future__ import annotations

import pytest
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY

from eakte.errors import ConfigurationError
from eakte.seal.trust import STRICT_POLICY, TrustAnchors, validation_spec
from tests.unit.seal.making import trust


def test_only_the_root_is_trusted_of_a_whole_trust_folder(tmp_path):
    anchors = TrustAnchors.load(trust(tmp_path))
    assert "DEMO Root CA" in anchors.describe()
    assert len(anchors.certificates) == 1


def test_a_pem_file_and_a_folder_of_them_do_as_well(tmp_path):
    folder = trust(tmp_path)
    sources = (folder, folder / "anchors", folder / "anchors" / "root.pem")
    found = {TrustAnchors.load(source).certificates[0].dump() for source in sources}
    assert len(found) == 1


@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"\x00" * 64])
def test_without_an_anchor_nothing_can_be_verified(tmp_path, content):
    path = tmp_path / "anchor.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError):
        TrustAnchors.load(path)


def test_an_empty_folder_holds_no_anchor(tmp_path):
    with pytest.raises(ConfigurationError):
        TrustAnchors.load(tmp_path)


def test_the_strict_policy_lacks_exactly_the_two_rules_about_metadata():
    strict = [type(rule) for rule in STRICT_POLICY.global_rules]
    assert len(DEFAULT_DIFF_POLICY.global_rules) - len(strict) == 2
    wrapped = {type(getattr(rule, "rule", rule)).__name__ for rule in STRICT_POLICY.global_rules}
    assert not wrapped & {"DocInfoRule", "MetadataUpdateRule"}


def test_a_verification_that_tried_to_ask_the_network_would_break(tmp_path):
    spec = validation_spec(TrustAnchors.load(trust(tmp_path)))
    backend = spec.revinfo_gathering_policy.fetcher_backend
    assert backend is not None
    with pytest.raises(AssertionError):
        backend.get_fetchers()
