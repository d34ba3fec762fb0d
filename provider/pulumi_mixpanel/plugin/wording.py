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
    moving_expiry="validityPeriodHours {hours}, which counts from when the account is created",
)
