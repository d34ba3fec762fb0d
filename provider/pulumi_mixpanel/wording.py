"""The words of Pulumi's users, for the messages of the core."""

from __future__ import annotations

from mixpanel_service_accounts.api.wording import Wording

PULUMI = Wording(
    product="pulumi-mixpanel",
    variant="dynamic",
    run="up",
    stack="stack",
    partial_runs="--target, --replace",
    orphans_command="pulumi-mixpanel report --orphans",
    replace_command="pulumi up --replace URN",
    forget_command="pulumi state delete URN",
    earlier_states_command="pulumi stack export --version N --show-secrets",
    login_renewed=(
        "A refresh or destroy uses the login that an explicit provider had at the last up: if it "
        "was renewed since, run a plain `pulumi up` first, or add --run-program."
    ),
    name_taken=(
        "ResourceOptions(delete_before_replace=True), which leaves its users without a login in "
        "between, or use RotatingServiceAccount, which dates the next account's name."
    ),
    moving_expiry="validity_period_hours={hours}, which counts from when the account is created",
    later_run="a run after this export was written",
    later_holders="an up that ran after this export was written, or a stack that was not given",
    other_holders=(
        "a stack that was not given (the same default name in another project), another tool, or "
        "an account kept on purpose (retain_on_delete, pulumi state delete)"
    ),
    export_again="run up or refresh, and export again",
    places_of_credentials=(
        "pulumi_mixpanel.Provider(…, username=…, secret=…); the environment variables "
        "MIXPANEL_SERVICE_ACCOUNT_USERNAME and MIXPANEL_SERVICE_ACCOUNT_SECRET; or the stack's "
        "configuration: pulumi config set mixpanel:username …, pulumi config set --secret "
        "mixpanel:secret"
    ),
    places_of_organization=(
        "the argument organization_id; pulumi_mixpanel.Provider(…, organization_id=…); the "
        "environment variable MIXPANEL_ORGANIZATION_ID; or the stack's configuration: pulumi "
        "config set mixpanel:organizationId …"
    ),
    setting="mixpanel:{key}",
    accept_move="mixpanel:acceptMove",
    gone_projects="mixpanel:goneProjects",
    output_text="Calling __str__ on an Output[T] is not supported",
    output_advice=(
        "Use pulumi.Output.concat(…), pulumi.Output.format(…) or output.apply(lambda value: …)."
    ),
)
