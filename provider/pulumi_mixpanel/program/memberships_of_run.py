"""The project memberships that a run of the program asks for: two of one pair are refused.

Known here are a `service_account=` and plain numbers. What only the deployment tells, the provider
refuses (resources/rival_memberships.py).
"""

from collections.abc import Hashable

import pulumi

from mixpanel_service_accounts.api.whole_numbers import whole_number
from pulumi_mixpanel.program.per_run import of_this_run
from pulumi_mixpanel.program.program_errors import ProgramError


def refuse_second_membership(
    resource_name: str, account: object, project_id: object, place: tuple[object, ...]
) -> None:
    """Refuse a second membership of one account in one project, and remember the first.

    Args:
        resource_name: The membership's name. A resource of the same name is taken for the same.
        account: The account itself, or its number.
        project_id: The project's number.
        place: What says where a number counts: provider, organization and region, as given.

    Raises:
        ProgramError: A membership of another name has the same account and project.
    """
    project = whole_number(project_id)
    whose = (account,) if isinstance(account, pulumi.Resource) else (whole_number(account), *place)
    if project is None or whose[0] is None or not all(isinstance(one, Hashable) for one in whose):
        return
    wanted: dict[object, str] = of_this_run("_mixpanel_memberships", dict)
    first = wanted.setdefault((project, whose), resource_name)
    if first != resource_name:
        raise ProgramError(
            f"ProjectMembership {resource_name!r}: ProjectMembership {first!r} has the same "
            f"service account and project {project} already, and an account has one role in a "
            "project; keep one of the two."
        )
