"""Lives of rotating accounts: the first account, the overlap, what is due, what is on demand."""

from __future__ import annotations

from tests.lives.life import (
    KEPT,
    NEW,
    NONE,
    SAME,
    Later,
    Life,
    Step,
    There,
    Was,
    at,
    projects,
    rotating,
)
from tests.lives.wire_calls import ADD, CREATE, DELETE, LIST, READ, members

PERIODS = {"validity_period_hours": 720, "overlap_hours": 48}
PROJECTS = {2001: "analyst"}
EXPORTER = rotating(**PERIODS, projects=projects(PROJECTS))
READ_ONE = (READ, members(2001))
READ_TWO = (READ, LIST, members(2001))
"""How a current and a previous account are read: the second one out of the list."""
UNROTATED = {**KEPT, "rotated_at": SAME}
PREVIOUS_KEPT = {"previous_username": SAME, "previous_secret": SAME, "retires_at": SAME}
ROTATED = {
    "service_account_id": NEW,
    "username": NEW,
    "secret": NEW,
    "rotated_at": NEW,
    "previous_service_account_id": Was("service_account_id"),
    "previous_username": Was("username"),
    "previous_secret": Was("secret"),
}
NO_PREVIOUS = {
    "previous_service_account_id": NONE,
    "previous_username": NONE,
    "previous_secret": NONE,
    "retires_at": NONE,
}
CREATED = Step(
    "created",
    "apply",
    (EXPORTER,),
    changes={"exporter": "create"},
    calls=(LIST, CREATE),
    server=(There("exporter", PROJECTS, expires=at(720 + 48)),),
    state={
        "exporter": {
            "secret": NEW,
            "username": NEW,
            "rotated_at": at(0),
            "next_rotation_at": at(720),
            "expires": at(720 + 48),
            **NO_PREVIOUS,
        }
    },
)

WORKS_ON = (
    "the previous account of 'exporter' works until 2027-02-02T00:00:00Z, 47 h from now; the first "
    "{run} after that retires it",
)
DUE = (
    "rotation of 'exporter' is due: it was since 2027-01-31T00:00:00Z",
    "of the overlap of 48 h 47 h are left: the account that becomes the previous one expires at "
    "2027-02-02T00:00:00Z",
)

ROTATION = Life(
    "a rotation is due, overlaps, and retires the previous account",
    (
        CREATED,
        Step(
            "not due yet",
            "apply",
            before=(Later(719),),
            reads=READ_ONE,
            state={"exporter": UNROTATED},
        ),
        Step(
            "due, planned",
            "plan",
            before=(Later(721),),
            reads=READ_ONE,
            changes={"exporter": "update"},
            says=DUE,
            state={"exporter": UNROTATED},
        ),
        Step(
            "due",
            "apply",
            reads=READ_ONE,
            calls=(LIST, CREATE),
            changes={"exporter": "update"},
            says=DUE,
            server=(
                There("exporter", PROJECTS, expires=at(720 + 48)),
                There("exporter", PROJECTS, expires=at(721 + 720 + 48)),
            ),
            state={
                "exporter": {
                    **ROTATED,
                    "rotated_at": at(721),
                    "next_rotation_at": at(721 + 720),
                    "retires_at": at(720 + 48),
                }
            },
            settled=True,
        ),
        Step(
            "in the overlap",
            "refresh",
            reads=READ_TWO,
            state={"exporter": {**UNROTATED, **PREVIOUS_KEPT}},
        ),
        Step(
            "projects of both, in the overlap",
            "apply",
            (rotating(**PERIODS, projects=projects({2001: "admin"})),),
            reads=READ_TWO,
            calls=(ADD, members(2001), ADD, members(2001)),
            changes={"exporter": "update"},
            says=WORKS_ON,
            server=(
                There("exporter", {2001: "admin"}, expires=at(720 + 48)),
                There("exporter", {2001: "admin"}, expires=at(721 + 720 + 48)),
            ),
            state={"exporter": {**UNROTATED, **PREVIOUS_KEPT}},
        ),
        Step(
            "retired",
            "apply",
            before=(Later(769),),
            reads=READ_TWO,
            calls=(LIST, DELETE),
            changes={"exporter": "update"},
            says=(
                "retirement of the previous account of 'exporter' is due since 2027-02-02T00:00:00Z",
            ),
            server=(There("exporter", {2001: "admin"}, expires=at(721 + 720 + 48)),),
            state={"exporter": {**UNROTATED, **NO_PREVIOUS}},
            settled=True,
        ),
        Step(
            "destroyed",
            "destroy",
            reads=READ_ONE,
            calls=(LIST, DELETE),
            changes={"exporter": "delete"},
            server=(),
            state={},
        ),
    ),
)

KEEPERS = Life(
    "keepers rotate on demand, and a destroy in the overlap deletes both",
    (
        CREATED,
        Step(
            "on demand",
            "apply",
            (
                rotating(
                    **PERIODS, projects=projects(PROJECTS), rotate_when_changed={"ticket": "OPS-12"}
                ),
            ),
            before=(Later(10),),
            reads=READ_ONE,
            calls=(LIST, CREATE),
            changes={"exporter": "update"},
            says=("rotation of 'exporter' is due: rotate_when_changed changed",),
            server=(
                There("exporter", PROJECTS, expires=at(720 + 48)),
                There("exporter", PROJECTS, expires=at(10 + 720 + 48)),
            ),
            state={"exporter": {**ROTATED, "rotated_at": at(10), "retires_at": at(10 + 48)}},
            settled=True,
        ),
        Step(
            "destroyed in the overlap",
            "destroy",
            reads=READ_TWO,
            calls=(LIST, DELETE, DELETE),
            changes={"exporter": "delete"},
            server=(),
            state={},
        ),
    ),
)

LIVES = (ROTATION, KEEPERS)
