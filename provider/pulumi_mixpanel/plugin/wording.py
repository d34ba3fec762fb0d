"""The words of the native plugin, where they differ from those of a Python program."""

from __future__ import annotations

from msgspec.structs import replace

from pulumi_mixpanel.wording import PULUMI

NATIVE = replace(
    PULUMI,
    variant="plugin",
    name_taken=(
        "the resource option deleteBeforeReplace, which leaves its users without a login in "
        "between, or use RotatingServiceAccount, which dates the next account's name."
    ),
    places_of_credentials=(
        "the arguments username and secret of an explicit provider; the environment variables "
        "MIXPANEL_SERVICE_ACCOUNT_USERNAME and MIXPANEL_SERVICE_ACCOUNT_SECRET; or the stack's "
        "configuration: pulumi config set mixpanel:username …, pulumi config set --secret "
        "mixpanel:secret"
    ),
    places_of_organization=(
        "the input organizationId; the argument organizationId of an explicit provider; the "
        "environment variable MIXPANEL_ORGANIZATION_ID; or the stack's configuration: pulumi "
        "config set mixpanel:organizationId …"
    ),
    moving_expiry="validityPeriodHours {hours}, which counts from when the account is created",
)
