"""What is asked for of a service account, and what is stored of it."""

from __future__ import annotations

from typing import Annotated

from mixpanel_service_accounts.resources.fields import declared
from mixpanel_service_accounts.resources.renewal import RenewedInputs


class Inputs(RenewedInputs, frozen=True, kw_only=True):
    """The inputs of a service account."""


class State(Inputs, frozen=True, kw_only=True):
    """A service account as it is stored. Nothing that changes by itself is in it."""

    service_account_id: Annotated[int | None, declared("The account's number.", source="D")] = None
    username: Annotated[
        str | None, declared("The login: the name with the server's suffix.", source="D, R, T")
    ] = None
    created: Annotated[str | None, declared("When it was created, UTC.", source="D")] = None
    creator: Annotated[
        int | None, declared("The user number of the login that created it (`bulk`).", source="D")
    ] = None
    creator_email: Annotated[str | None, declared("That login's address (`bulk`).", source="D")] = (
        None
    )
    creator_name: Annotated[str | None, declared("That login's name (`bulk`).", source="D")] = None
    actual_name: Annotated[str | None, declared("The name as the server has it now.")] = None
    actual_role: Annotated[
        str | None,
        declared("The role in the organization as the server has it now, if it says so."),
    ] = None
    actual_expires: Annotated[str | None, declared("The expiry as the server has it now.")] = None
    granted_roles: Annotated[
        dict[str, str] | None,
        declared(
            "The server's own words for the roles in `projects`, if they were read back, by the "
            "project's number."
        ),
    ] = None
    adopted: Annotated[
        bool | None, declared("Whether the account existed before, and was adopted.")
    ] = None


OUTPUTS = tuple(name for name in State.__struct_fields__ if name not in Inputs.__struct_fields__)
"""The outputs that are no inputs."""
