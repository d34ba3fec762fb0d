"""What every server must do, in either dialect: the same assertions for emulator and vendor."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from tests.contract.conftest import Subject

from mixpanel_service_accounts.api import (
    Client,
    Credentials,
    Grant,
    Secret,
    StatusError,
    UnsupportedByDialect,
)


def only_bulk(subject: Subject) -> bool:
    """Tell whether the dialect makes accounts with more than a name."""
    return subject.client.dialect.sets_attributes


def test_me_names_the_organization(subject: Subject) -> None:
    """The proof that the login belongs there."""
    assert subject.organization_id in subject.client.me().organizations


def test_a_new_account_has_a_suffixed_username_and_a_secret_that_logs_in(subject: Subject) -> None:
    """The username is not the name, and the secret is shown this once."""
    created = subject.create("login")
    assert created.account.username != f"{subject.prefix}-login"
    assert created.account.username.startswith(f"{subject.prefix}-login")
    assert created.account.name == f"{subject.prefix}-login"
    subject.client_of(created).me()


def test_an_account_is_read_back_by_itself_and_in_the_list(subject: Subject) -> None:
    """Both routes tell the same account."""
    created = subject.create("read").account
    alone = subject.client.get_service_account(subject.organization_id, created.id)
    listed = subject.client.list_service_accounts(subject.organization_id)
    assert alone.username == created.username
    assert [account.username for account in listed if account.id == created.id] == [
        created.username
    ]


def test_a_deleted_account_is_gone_and_logs_in_no_more(subject: Subject) -> None:
    """404 in the vendor's shape on its own route, no row in the list, 401 for its login."""
    created = subject.create("deleted")
    subject.client.delete_service_account(subject.organization_id, created.account.id)
    with pytest.raises(StatusError) as gone:
        subject.client.get_service_account(subject.organization_id, created.account.id)
    assert (gone.value.status, gone.value.vendor_shaped) == (404, True)
    listed = subject.client.list_service_accounts(subject.organization_id)
    assert created.account.id not in [account.id for account in listed]
    with pytest.raises(StatusError) as refused:
        subject.client_of(created).me()
    assert refused.value.status == 401


def test_memberships_are_added_changed_and_removed(subject: Subject) -> None:
    """By the account's projects and by the project's members alike."""
    account = subject.create("member").account.id
    client, organization = subject.client, subject.organization_id
    first, second = subject.project_ids
    client.add_to_projects(
        organization,
        [account],
        [Grant(project_id=first, role="analyst"), Grant(project_id=second, role="consumer")],
    )
    assert sorted(client.list_account_projects(organization, account)) == sorted(
        [Grant(project_id=first, role="analyst"), Grant(project_id=second, role="consumer")]
    )
    members = client.list_project_members(organization, first)
    assert [m.role for m in members if m.account.id == account] == ["analyst"]
    client.remove_from_project(organization, account, first)
    client.remove_from_projects(organization, {second: [account]})
    assert client.list_account_projects(organization, account) == []


def test_several_accounts_join_several_projects(subject: Subject) -> None:
    """The cross product of both lists."""
    accounts = [subject.create(f"cross-{number}").account.id for number in range(2)]
    grants = [Grant(project_id=project, role="analyst") for project in sorted(subject.project_ids)]
    subject.client.add_to_projects(subject.organization_id, accounts, grants)
    for account in accounts:
        found = subject.client.list_account_projects(subject.organization_id, account)
        assert sorted(found) == grants


def test_an_account_is_made_with_role_expiry_and_projects_or_refused(subject: Subject) -> None:
    """In one call where the dialect can; else with a message that names it, and nothing made."""
    name = f"{subject.prefix}-whole"
    expires = datetime(2035, 6, 30, tzinfo=timezone.utc)
    grant = Grant(project_id=subject.project_ids[0], role="analyst")
    client, organization = subject.client, subject.organization_id
    if not only_bulk(subject):
        with pytest.raises(UnsupportedByDialect) as caught:
            client.create_service_account(
                organization, name, role="consumer", expires=expires, projects=[grant]
            )
        assert str(caught.value) == (
            "The dialect `nested` cannot make a service account with a role and an expiry and "
            "projects: document 1.0 of the API knows its name alone. Use the dialect `bulk`."
        )
        assert name not in [account.name for account in client.list_service_accounts(organization)]
        return
    created = client.create_service_account(
        organization, name, role="consumer", expires=expires, projects=[grant]
    )
    assert created.account.expires == expires
    assert client.list_account_projects(organization, created.account.id) == [grant]


def test_removing_what_is_not_there_is_no_success_that_changes_anything(subject: Subject) -> None:
    """404, 400 or 200, nobody knows which; the membership is not there afterwards either way."""
    account = subject.create("stranger").account.id
    status = 200
    try:
        subject.client.remove_from_project(subject.organization_id, account, subject.project_ids[0])
    except StatusError as error:
        status = error.status
    assert status in {200, 400, 404}
    assert subject.client.list_account_projects(subject.organization_id, account) == []


def test_a_wrong_secret_is_401(subject: Subject) -> None:
    """Whatever the body says."""
    wrong = Credentials(username=subject.client.username, secret=Secret("wrong"))
    client = Client(subject.client.base_url, wrong, dialect=subject.client.dialect.name)
    with pytest.raises(StatusError) as refused:
        client.list_service_accounts(subject.organization_id)
    assert refused.value.status == 401


def test_an_account_that_is_not_there_is_a_vendor_shaped_404(subject: Subject) -> None:
    """The one answer that a deletion by hand is known by."""
    for call in (subject.client.get_service_account, subject.client.delete_service_account):
        with pytest.raises(StatusError) as gone:
            call(subject.organization_id, 2**31 - 1)
        assert (gone.value.status, gone.value.vendor_shaped) == (404, True)
