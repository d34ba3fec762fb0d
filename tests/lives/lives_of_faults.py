"""Lives in which something fails: answers that are lost, limits, refusals, no proof, the own login."""

from __future__ import annotations

from tests.lives.life import (
    NEW,
    SAME,
    Faults,
    Life,
    LoggedIn,
    Step,
    There,
    account,
    membership,
    projects,
)
from tests.lives.wire_calls import ADD, CREATE, DELETE, LIST, READ, members

FORBIDDEN = "POST /organizations/1001/service-accounts/add-to-project answered 403:"
CREATES = {"method": "POST", "path": "service-accounts$"}

RECOVERING = (
    "the answer to the creation of 'exporter' was lost",
    "it was made for 'exporter' just now, and its secret was lost on the way",
)
WAITING = ("waiting 7 s before try 2 of POST /organizations/1001/service-accounts: ",)

LOST = Life(
    "a create whose answer was lost is recovered",
    (
        Step(
            "created",
            "apply",
            (account(),),
            before=(Faults([{**CREATES, "kind": "cut-after-effect", "times": 1}]),),
            changes={"exporter": "create"},
            calls=(LIST, CREATE, LIST, DELETE, CREATE),
            says=RECOVERING,
            server=(There("exporter"),),
            state={"exporter": {"secret": NEW, "username": NEW}},
        ),
    ),
)

LIMITED = Life(
    "the wait that the server asks for is waited",
    (
        Step(
            "created",
            "apply",
            (account(),),
            before=(Faults([{**CREATES, "kind": "rate-limit", "retry_after": "7", "times": 1}]),),
            changes={"exporter": "create"},
            calls=(LIST, CREATE, CREATE),
            says=WAITING,
            waits=(7, 7),  # as it was asked, and for the rate that it may have met
            server=(There("exporter"),),
            state={"exporter": {"secret": NEW}},
        ),
    ),
)

REFUSED = Life(
    "a role that the server refuses changes nothing",
    (
        Step(
            "an account's",
            "apply",
            (account(role="owner"),),
            before=(Faults([{"kind": "switch", "name": "owner", "value": "refused"}]),),
            changes={"exporter": "create"},
            calls=(LIST, CREATE),
            fails=True,
            says=(
                "POST /organizations/1001/service-accounts answered 400: A service account cannot "
                "be an owner.",
            ),
            server=(),
            state={},
        ),
        Step(
            "created",
            "apply",
            (account(), membership("analyst")),
            changes={"exporter": "create", "web": "create"},
            calls=(LIST, CREATE, ADD),
        ),
        Step(
            "a membership's",
            "apply",
            (account(), membership("admin")),
            before=(
                Faults(
                    [{"method": "POST", "path": "add-to-project", "kind": "forbidden", "times": 9}]
                ),
            ),
            reads=(READ, members(2001)),
            calls=(ADD,),
            changes={"web": "update"},
            fails=True,
            says=(f"{FORBIDDEN} You do not have permission to do this.",),
            server=(There("exporter", {2001: "analyst"}),),
            state={"exporter": {"secret": SAME}, "web": {"role": "analyst"}},
        ),
        Step(
            "an empty one",
            "plan",
            (account(role=""), membership("")),
            before=(Faults([]),),
            fails=True,
            says=("role must be the name of a role, such as 'analyst'; '' was given.",),
        ),
        Step(
            "once it is allowed",
            "apply",
            (account(), membership("admin")),
            reads=(READ, members(2001)),
            calls=(ADD, members(2001)),
            changes={"web": "update"},
            server=(There("exporter", {2001: "admin"}),),
            state={"exporter": {"secret": SAME}, "web": {"role": "admin"}},
        ),
    ),
)

PROJECTS_IN_PART = Life(
    "an update that failed in part is made up for",
    (
        Step(
            "created",
            "apply",
            (account(projects=projects({2001: "analyst"})),),
            changes={"exporter": "create"},
            calls=(LIST, CREATE),
        ),
        Step(
            "one of two is refused",
            "apply",
            (account(projects=projects({2001: "analyst", 2002: "admin", 2003: "admin"})),),
            before=(
                Faults(
                    [{"method": "POST", "path": "add-to-project", "kind": "forbidden", "times": 1}]
                ),
            ),
            reads=(READ, members(2001)),
            calls=(ADD, ADD, members(2003)),
            changes={"exporter": "update"},
            fails=True,
            says=(
                "1 of the projects could not be changed, the others were; the next {run} tries "
                f"again. project 2002 as 'admin': {FORBIDDEN} You do not have permission to do this.",
            ),
            server=(There("exporter", {2001: "analyst", 2003: "admin"}),),
            state={"exporter": {"secret": SAME, "projects": SAME}},
        ),
        Step(
            "made up for",
            "apply",
            reads=(READ, members(2001)),
            calls=(ADD, members(2002), ADD, members(2003)),
            changes={"exporter": "update"},
            server=(There("exporter", {2001: "analyst", 2002: "admin", 2003: "admin"}),),
            state={"exporter": {"secret": SAME}},
            settled=True,
        ),
    ),
)

NO_PROOF = Life(
    "what nothing proves to be gone stays",
    (
        Step(
            "created",
            "apply",
            (account(),),
            changes={"exporter": "create"},
            calls=(LIST, CREATE),
        ),
        Step(
            "an empty list",
            "refresh",
            says=(
                "service account {exporter_number} was not found in organization 1001 at",
                "but nothing proves that it is gone: the login 'emulator-login.",
                "' is not known there. Nothing was changed. Check the organization, the region and "
                "the base URL.",
            ),
            before=(
                Faults(
                    [
                        {
                            "method": "GET",
                            "path": "service-accounts/",
                            "kind": "not-found",
                            "times": 9,
                        },
                        {
                            "method": "GET",
                            "path": "service-accounts$",
                            "kind": "empty-list",
                            "times": 9,
                        },
                        {"kind": "switch", "name": "me", "value": "none"},
                    ]
                ),
            ),
            reads=(READ, LIST, "GET /me"),
            fails=True,
            server=(There("exporter"),),
            state={"exporter": {"secret": SAME}},
        ),
        Step(
            "the list again",
            "apply",
            before=(Faults([]),),
            reads=(READ,),
            state={"exporter": {"secret": SAME}},
        ),
    ),
)

OWN_LOGIN = Life(
    "the account that the shell logs in with is spared",
    (
        Step(
            "created",
            "apply",
            (account(role="admin"),),
            changes={"exporter": "create"},
            calls=(LIST, CREATE),
        ),
        Step(
            "replaced",
            "apply",
            (account(role="analyst"),),
            before=(LoggedIn("exporter"),),
            reads=(READ,),
            fails=True,
            says=(
                "'{exporter_username}' is the account that this provider logs in with, and would "
                "be replaced, for a change of role. Log in with another account first.",
            ),
            server=(There("exporter", role="admin"),),
            state={"exporter": {"secret": SAME}},
        ),
        Step(
            "destroyed",
            "destroy",
            (account(role="admin"),),
            reads=(READ,),
            fails=True,
            says=(
                "'{exporter_username}' is the account that this provider logs in with, and would "
                "be deleted. Log in with another account first.",
            ),
            server=(There("exporter", role="admin"),),
            state={"exporter": {"secret": SAME}},
        ),
    ),
)

LIVES = (LOST, LIMITED, REFUSED, PROJECTS_IN_PART, NO_PROOF, OWN_LOGIN)
