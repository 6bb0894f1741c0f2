"""Names compared once give the answers that asn1crypto gives."""

from __future__ import annotations

import pytest
from asn1crypto import x509

import eakte.seal  # noqa: F401 - has asn1crypto remember
from eakte.seal import asn1_names

_NAMES = [
    {"country_name": "DE", "organization_name": "Stadt Beispiel", "common_name": "Siegel 1"},
    {"country_name": "DE", "organization_name": "stadt  BEISPIEL", "common_name": "Siegel 1"},
    {"country_name": "DE", "organization_name": "Stadt Beispiel", "common_name": "Siegel 2"},
    {"country_name": "DE", "organization_name": "Stadt Beispiel"},
    {"common_name": "Siegel 1", "organization_name": "Stadt Beispiel"},
]


@pytest.mark.parametrize("first", _NAMES)
@pytest.mark.parametrize("second", _NAMES)
def test_equality_and_keys_are_the_librarys_own(first, second):
    one, other = x509.Name.build(first), x509.Name.build(second)
    wanted = asn1_names._same(one.chosen, other.chosen)
    for _again in range(2):
        assert (one == other) is wanted
        assert (one != other) is not wanted
        assert (one.hashable == other.hashable) is wanted
        assert one.hashable == asn1_names._prepared(one.chosen)


def test_case_and_spaces_do_not_count_but_letters_do():
    """RFC 5280 §7.1."""
    names = [x509.Name.build(each) for each in _NAMES[:3]]
    assert names[0] == names[1]
    assert names[0] != names[2]
    assert names[0] != "CN=Siegel 1"


def test_a_name_in_a_general_name_is_the_same_name():
    name = x509.Name.build(_NAMES[0])
    general = x509.GeneralName(name="directory_name", value=name)
    assert x509.GeneralName.load(general.dump()).chosen == name


def test_remembering_twice_does_no_harm():
    before = x509.RDNSequence.__eq__
    asn1_names.remember()
    assert x509.RDNSequence.__eq__ is before
