"""What a shell calls things: the words of its users, which messages are completed with."""

from __future__ import annotations

from msgspec import Struct


class Wording(Struct, frozen=True):
    """The words of one shell; the defaults name none.

    Attributes:
        product: The first part of the User-Agent, and the name that a bug is reported for.
        variant: Which shell of the product it is, in the User-Agent.
        run: The run that changes resources, such as `up` or `apply`.
        stack: What a state belongs to, such as `stack` or `configuration`.
        partial_runs: How a run is made to look at some of the resources only.
        orphans_command: The command that finds accounts which killed runs left behind.
        replace_command: The command that replaces a resource.
        forget_command: The command that takes a resource out of a state.
        earlier_states_command: The command that shows the secrets of an earlier state.
        login_renewed: What to do about a login that a shell remembers and that was renewed since.
        name_taken: What to do if an account is replaced and its name is taken.
        moving_expiry: What to give instead of an expiry that moves with every run; `{hours}`.
        later_run: A run that a state does not show, and that may hold an account.
        later_holders: What else may hold an account that a killed run created.
        other_holders: What else may hold an account whose name a state asks for.
        export_again: How to learn what a later run holds.
        places_of_credentials: Where username and secret may be given.
        places_of_organization: Where the organization may be given.
        setting: How a setting is spelled; `{key}` is its name in camelCase, `{name}` in snake_case.
        taking_over: How an existing account comes under management.
        existing_secret: The argument that gives the secret of an existing account.
        lone_secret: What is wrong with that argument if an account is created.
        rotating: What the resource of a rotating account is called.
        accept_move: The setting that lets a state record another organization or host.
        gone_projects: The setting that names projects which are gone.
        output_text: What a string contains that was made of a value not known yet.
        output_advice: What to do instead of making such a string.
    """

    product: str = "mixpanel-service-accounts"
    variant: str = "client"
    run: str = "run"
    stack: str = "program"
    partial_runs: str = "a run of some resources only"
    orphans_command: str = "report --orphans"
    replace_command: str = "replace it"
    forget_command: str = "forget it"
    earlier_states_command: str = "an earlier state"
    login_renewed: str = ""
    name_taken: str = "Delete the old account first."
    moving_expiry: str = "a period of {hours} hours"
    later_run: str = "a run after this state was written"
    later_holders: str = "a run after this state was written, or a state that was not given"
    other_holders: str = "a state that was not given, another tool, or an account kept on purpose"
    export_again: str = "run again, and give the new state"
    places_of_credentials: str = (
        "the environment variables MIXPANEL_SERVICE_ACCOUNT_USERNAME and "
        "MIXPANEL_SERVICE_ACCOUNT_SECRET"
    )
    places_of_organization: str = "the environment variable MIXPANEL_ORGANIZATION_ID"
    setting: str = "{name}"
    taking_over: str = "adopt= to take over"
    existing_secret: str = "secret"  # noqa: S105 (a name)
    lone_secret: str = "secret= goes with adopt="  # noqa: S105 (words)
    rotating: str = "RotatingServiceAccount"
    accept_move: str = "acceptMove"
    gone_projects: str = "goneProjects"
    output_text: str = ""
    output_advice: str = ""

    def is_output_text(self, value: object) -> bool:
        """Return whether a string was made of a value that is not known yet."""
        return isinstance(value, str) and bool(self.output_text) and self.output_text in value


PLAIN = Wording()


def user_agent(wording: Wording) -> str:
    """Return the User-Agent of a shell: product, version, and which shell it is."""
    # Here, and not above: it takes as long to import as all of the resources.
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        number = version("pulumi-mixpanel")
    except PackageNotFoundError:
        number = "unknown"
    return f"{wording.product}/{number} ({wording.variant})"
