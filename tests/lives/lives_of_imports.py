"""Lives of what somebody created by hand, and that is imported by its id."""

from __future__ import annotations

from tests.lives.life import (
    NEW,
    NONE,
    SAME,
    CreatedByHand,
    Life,
    Step,
    There,
    Wanted,
    account,
    membership,
    projects,
    rotating,
)
from tests.lives.wire_calls import ADD, CREATE, LIST, READ, members

GRANTS = {2001: "analyst"}

ACCOUNT = Life(
    "an account and its membership are imported",
    (
        Step(
            "imported",
            "import",
            (account(role="consumer"), membership("analyst")),
            before=(CreatedByHand("exporter", "consumer", GRANTS),),
            ids={"exporter": "1001/{exporter}", "web": "1001/{exporter}/2001"},
            changes={"exporter": "import", "web": "import"},
            reads=(READ, LIST, members(2001)),
            server=(There("exporter", GRANTS),),
            state={
                "exporter": {"service_account_id": NEW, "role": "consumer", "secret": NONE},
                "web": {"role": "analyst", "project_id": 2001},
            },
            settled=True,
        ),
        Step(
            "refreshed",
            "refresh",
            reads=(READ, members(2001)),
            state={"exporter": {"service_account_id": SAME, "secret": NONE}, "web": {"role": SAME}},
        ),
        Step(
            "more projects, in place",
            "apply",
            (account(role="consumer", projects=projects({2002: "admin"})), membership("analyst")),
            reads=(READ, members(2001)),
            calls=(ADD, members(2002)),
            changes={"exporter": "update"},
            server=(There("exporter", {**GRANTS, 2002: "admin"}),),
            state={
                "exporter": {"service_account_id": SAME, "projects": projects({2002: "admin"})},
                "web": {"role": SAME},
            },
            settled=True,
        ),
    ),
)


def imported_rotating(**more: object) -> Wanted:
    """Return the rotating account that is imported."""
    return rotating(role="consumer", validity_period_hours=720, overlap_hours=48, **more)


ROTATING = Life(
    "a rotating account is imported, and rotates on demand",
    (
        Step(
            "imported",
            "import",
            (imported_rotating(),),
            before=(CreatedByHand("exporter", "consumer"),),
            ids={"exporter": "1001/rotating/{exporter}/720/48"},
            changes={"exporter": "import"},
            reads=(READ, LIST),
            server=(There("exporter"),),
            state={"exporter": {"service_account_id": NEW, "role": "consumer", "secret": NONE}},
            settled=True,
        ),
        Step(
            "on demand",
            "apply",
            (imported_rotating(rotate_when_changed={"on_demand": "1"}),),
            reads=(READ,),
            calls=(LIST, CREATE),
            changes={"exporter": "update"},
            says=("rotation of 'exporter' is due: rotate_when_changed changed",),
            state={"exporter": {"service_account_id": NEW, "secret": NEW, "previous_secret": NONE}},
            settled=True,
        ),
    ),
)

NOTHING = Life(
    "an import of what is not there is refused",
    (
        Step(
            "imported",
            "import",
            (account(),),
            ids={"exporter": "1001/5999"},
            reads=(READ, LIST),
            fails=True,
            says=(
                "service account 1001/5999 was not found in organization 1001 at",
                "so there is nothing to read by that id.",
            ),
            state={},
        ),
    ),
)

LIVES = (ACCOUNT, ROTATING, NOTHING)
