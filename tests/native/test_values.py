"""Property values and names, both ways, without an engine."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixpanel_service_accounts.resources import service_account
from mixpanel_service_accounts.resources.contract import Diff
from mixpanel_service_accounts.resources.fields import UNKNOWN
from pulumi_mixpanel.camel_case import camel_case, camel_path, inward
from pulumi_mixpanel.plugin.detailed_diff import detailed_diff
from pulumi_mixpanel.plugin.property_names import outward
from pulumi_mixpanel.plugin.spelling import spelled
from pulumi_mixpanel.plugin.wire_values import SecretValue, pack, unpack

SIGNATURE = "4dabf18193072939515e22adb298388d"
SCALARS = st.one_of(
    st.text(), st.booleans(), st.integers(-(2**53), 2**53), st.just(UNKNOWN), st.just(0.5)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


@given(st.dictionaries(st.text(), VALUES))
def test_values_survive_the_wire(values: dict[str, Any]) -> None:
    """Unknowns, whole numbers and empty collections among them."""
    assert unpack(pack(values)) == values


def test_a_secret_is_marked_on_the_wire_and_in_no_repr() -> None:
    """The mark is the protocol's; reading takes it off."""
    packed = pack({"secret": SecretValue("made-up")})
    marked = packed.fields["secret"].struct_value.fields
    assert marked[SIGNATURE].string_value == "1b47061264138c4ac30d75fd1eb44270"
    assert unpack(packed) == {"secret": "made-up"}
    assert repr(SecretValue("made-up")) == "[secret]"


def test_an_output_value_is_its_value_and_without_one_unknown() -> None:
    """An engine sends such values to whoever accepts them."""
    mark = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
    sent = {"one": {SIGNATURE: mark, "value": 1}, "other": {SIGNATURE: mark}}
    assert unpack(pack(sent)) == {"one": 1, "other": UNKNOWN}


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("organization_id", "organizationId"),
        ("name", "name"),
        ("previous_service_account_id", "previousServiceAccountId"),
    ],
)
def test_names_are_camel_case(name: str, spelled: str) -> None:
    """As a program in most languages spells them."""
    assert camel_case(name) == spelled


def test_the_keys_of_data_are_never_renamed() -> None:
    """Neither way; nested structs are."""
    spelled = {
        "name": "bot",
        "projects": [{"projectId": 2001, "role": "admin"}],
        "rotateWhenChanged": {"ticket_no": "1", "ticketNo": "2"},
        "home": {"baseUrl": "https://localhost", "organizationId": 1001},
    }
    rules = inward(service_account.Inputs, spelled)
    assert rules == {
        "name": "bot",
        "projects": [{"project_id": 2001, "role": "admin"}],
        "rotate_when_changed": {"ticket_no": "1", "ticketNo": "2"},
        "home": {"base_url": "https://localhost", "organization_id": 1001},
    }
    assert outward(service_account.Inputs, rules) == spelled


def test_a_state_of_the_dynamic_provider_is_read_too() -> None:
    """It has the names of the rules."""
    stored = {"service_account_id": 5004, "__provider": "gASV", "projects": [{"project_id": 1}]}
    assert inward(service_account.State, stored) == stored


def test_paths_keep_quoted_keys() -> None:
    """Only names of fields are renamed."""
    assert camel_path("projects[0].project_id") == "projects[0].projectId"
    assert camel_path('rotate_when_changed["a_b"]') == 'rotateWhenChanged["a_b"]'


def test_differences_are_named_by_their_nested_path() -> None:
    """With the kinds of the protocol: 0 add, 2 delete, 4 update, one more if it replaces."""
    diff = Diff(changed=("", "projects", "role", "rotate_when_changed"), replaces=("role",))
    olds = {
        "projects": [{"projectId": 1, "role": "admin"}, {"projectId": 2, "role": "admin"}],
        "role": "owner",
    }
    news = {"projects": [{"projectId": 1, "role": "analyst"}], "rotateWhenChanged": {"a": "1"}}
    assert detailed_diff(diff, olds, news) == {
        "projects[0].role": 4,
        "projects[1]": 2,
        "role": 3,
        "rotateWhenChanged": 0,
    }


def test_a_difference_that_the_inputs_do_not_show_is_named_whole() -> None:
    """Such as a place that only the state records."""
    assert detailed_diff(Diff(changed=("home",)), {}, {}) == {"home": 4}


def test_a_date_that_moves_is_named_beside_what_it_replaces() -> None:
    """check() sets it; without a change nothing is named."""
    olds, news = {"expires": "1", "issuedAt": "1"}, {"expires": "2", "issuedAt": "2"}
    diff = Diff(changed=("expires",), replaces=("expires",))
    assert detailed_diff(diff, olds, news, ["issued_at"]) == {"expires": 5, "issuedAt": 4}
    assert detailed_diff(Diff(), olds, news, ["issued_at"]) == {}


def test_messages_have_the_names_of_a_program() -> None:
    """Whole names of properties alone: other people's words stay."""
    told = "rotate_when_changed changed; overlap_hours must be less; my_rotate_when_changed, name"
    assert spelled(told) == (
        "rotateWhenChanged changed; overlapHours must be less; my_rotate_when_changed, name"
    )
