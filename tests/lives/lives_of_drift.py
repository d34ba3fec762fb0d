"""Lives of what somebody changed or deleted by hand."""

from __future__ import annotations

from tests.lives.life import (
    KEPT,
    DeletedByHand,
    GrantedByHand,
    Life,
    Step,
    There,
    account,
    projects,
)
from tests.lives.lives_of_accounts import ANOTHER, WEB
from tests.lives.wire_calls import ADD, CREATE, DELETE, LIST, READ, REMOVE, members

DRIFT = Life(
    "what somebody changed is seen by a refresh, and mended",
    (
        Step(
            "created",
            "apply",
            (account(projects=projects({2002: "analyst"})), WEB),
            changes={"exporter": "create", "web": "create"},
            calls=(LIST, CREATE, ADD),
        ),
        Step(
            "refreshed",
            "refresh",
            before=(
                GrantedByHand("exporter", 2001, "admin"),
                GrantedByHand("exporter", 2002, "admin"),
            ),
            reads=(READ, members(2001), members(2002)),
            state={
                "exporter": {**KEPT, "projects": projects({2002: "admin"})},
                "web": {"role": "admin"},
            },
        ),
        Step(
            "mended",
            "apply",
            reads=(READ, members(2001), members(2002)),
            calls=(ADD, members(2002), ADD, members(2001)),
            changes={"exporter": "update", "web": "update"},
            server=(There("exporter", {2001: "analyst", 2002: "analyst"}),),
            state={
                "exporter": {**KEPT, "projects": projects({2002: "analyst"})},
                "web": {"role": "analyst"},
            },
            settled=True,
        ),
    ),
)

GONE = Life(
    "what somebody deleted is created again",
    (
        Step(
            "created",
            "apply",
            (account(), WEB),
            changes={"exporter": "create", "web": "create"},
            calls=(LIST, CREATE, ADD),
        ),
        Step(
            "refreshed",
            "refresh",
            before=(DeletedByHand("exporter"),),
            reads=(READ, LIST, members(2001)),
            server=(),
            state={},
        ),
        Step(
            "created again",
            "apply",
            calls=(LIST, CREATE, ADD),
            changes={"exporter": "create", "web": "create"},
            server=(There("exporter", {2001: "analyst"}),),
            state={"exporter": ANOTHER, "web": {"role": "analyst"}},
            settled=True,
        ),
        Step(
            "destroyed, when it is gone",
            "destroy",
            before=(DeletedByHand("exporter"),),
            reads=(READ, LIST, members(2001)),
            calls=(LIST, LIST, REMOVE, members(2001), DELETE),
            changes={"exporter": "delete", "web": "delete"},
            server=(),
            state={},
        ),
    ),
)

LIVES = (DRIFT, GONE)
