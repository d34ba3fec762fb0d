"""The arguments of a provider, for shells that have a schema."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from mixpanel_service_accounts.resources.fields import declared


class ProviderArguments(Struct, frozen=True):
    """The arguments of a provider; each beats its environment variable."""

    username: Annotated[
        str | None,
        declared(
            "The login: a service account's full username. Default: the environment variable "
            "`MIXPANEL_SERVICE_ACCOUNT_USERNAME` or `MIXPANEL_SERVICE_ACCOUNT`. Username and "
            "secret come as a pair from one place."
        ),
    ] = None
    secret: Annotated[
        str | None,
        declared(
            "Its secret. Default: the environment variable `MIXPANEL_SERVICE_ACCOUNT_SECRET`.",
            secret=True,
        ),
    ] = None
    organization_id: Annotated[
        int | None,
        declared(
            "The organization's number. Default: the environment variable "
            "`MIXPANEL_ORGANIZATION_ID`, else the one organization of the login."
        ),
    ] = None
    region: Annotated[
        str | None,
        declared(
            "`us`, `eu` or `in`: which of Mixpanel's hosts. Default: the environment variable "
            "`MIXPANEL_REGION`, else `us`."
        ),
    ] = None
    base_url: Annotated[
        str | None,
        declared(
            "The base URL of the API, which overrides every region. Default: the environment "
            "variable `MIXPANEL_BASE_URL`."
        ),
    ] = None
    dialect: Annotated[
        str | None,
        declared("`bulk` or `nested`: which description of the API counts. Default: `bulk`."),
    ] = None
    accept_move: Annotated[
        bool | None,
        declared(
            "Whether a resource's recorded organization or host may become the configured one. "
            "Default: false."
        ),
    ] = None
    gone_projects: Annotated[
        str | None,
        declared(
            "Numbers of projects that are gone, with commas between them: what cannot be removed "
            "from one is let go, with a warning. Default: none."
        ),
    ] = None
    connect_timeout: Annotated[
        int | None, declared("Seconds to wait for a connection. Default: 10.")
    ] = None
    read_timeout: Annotated[
        int | None, declared("Seconds to wait for a response. Default: 150.")
    ] = None
    total_timeout: Annotated[
        int | None,
        declared("Seconds after which an operation with all its retries gives up. Default: 180."),
    ] = None
