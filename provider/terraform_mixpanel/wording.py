"""The words of Terraform's and OpenTofu's users, for the messages of the core."""

from __future__ import annotations

from mixpanel_service_accounts.api.wording import Wording

TERRAFORM = Wording(
    product="pulumi-mixpanel",
    variant="terraform",
    run="apply",
    stack="configuration",
    partial_runs="-target, -replace",
    orphans_command="pulumi-mixpanel report --orphans",
    replace_command="terraform apply -replace=ADDRESS",
    forget_command="terraform state rm ADDRESS",
    earlier_states_command="an earlier version of the state file",
    name_taken=(
        "the resource no create_before_destroy, which leaves its users without a login in between, "
        "or use mixpanel_rotating_service_account, which dates the next account's name."
    ),
    moving_expiry="validity_period_hours = {hours}, which counts from when the account is created",
    later_run="an apply after the newest date in this state, which says no other time",
    later_holders="an apply that ran after this state was written, or a state that was not given",
    other_holders=(
        "a state that was not given (another configuration or workspace), another tool, or an "
        "account kept on purpose (terraform state rm)"
    ),
    export_again=(
        "look for its number in the newest state of every configuration, and delete it by hand if "
        "none has it"
    ),
    places_of_credentials=(
        "the provider block: username and secret; or the environment variables "
        "MIXPANEL_SERVICE_ACCOUNT_USERNAME and MIXPANEL_SERVICE_ACCOUNT_SECRET"
    ),
    places_of_organization=(
        "the argument organization_id; organization_id in the provider block; or the environment "
        "variable MIXPANEL_ORGANIZATION_ID"
    ),
    setting="{name} in the provider block",
    taking_over="import",
    existing_secret="existing_secret",  # noqa: S106 (a name)
    lone_secret=(  # noqa: S106 (words)
        "existing_secret goes with an import, and has to be left out where an account is created"
    ),
    rotating="mixpanel_rotating_service_account",
    accept_move="accept_move in the provider block",
    gone_projects="gone_projects in the provider block",
)
