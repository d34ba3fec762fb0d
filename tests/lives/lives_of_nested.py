"""Lives under the dialect `nested`, which knows a name and memberships alone."""

from __future__ import annotations

from tests.lives.life import (
    KEPT,
    NEW,
    GrantedByHand,
    Life,
    Step,
    There,
    account,
    membership,
    projects,
    rotating,
)
from tests.lives.wire_calls import CREATE, DELETE, GRANT, LIST, PROJECTS, READ, revoke

MEMBERSHIP = Life(
    "an account and a membership under nested",
    (
        Step(
            "created",
            "apply",
            (account(), membership("analyst")),
            changes={"exporter": "create", "web": "create"},
            calls=(LIST, CREATE, GRANT),
            server=(There("exporter", {2001: "analyst"}),),
            state={"exporter": {"username": NEW, "secret": NEW}, "web": {"role": "analyst"}},
        ),
        Step(
            "another role",
            "apply",
            (account(), membership("admin")),
            reads=(READ, PROJECTS),
            calls=(GRANT, PROJECTS),
            changes={"web": "update"},
            server=(There("exporter", {2001: "admin"}),),
            state={"exporter": KEPT, "web": {"role": "admin"}},
            settled=True,
        ),
        Step(
            "changed by hand",
            "refresh",
            before=(GrantedByHand("exporter", 2001, "consumer"),),
            reads=(READ, PROJECTS),
            state={"exporter": KEPT, "web": {"role": "consumer"}},
        ),
        Step(
            "mended",
            "apply",
            reads=(READ, PROJECTS),
            calls=(GRANT, PROJECTS),
            changes={"web": "update"},
            server=(There("exporter", {2001: "admin"}),),
            state={"exporter": KEPT, "web": {"role": "admin"}},
        ),
        Step(
            "what it cannot do",
            "plan",
            (account(role="admin", projects=projects({2002: "admin"})), membership("admin")),
            reads=(READ,),
            fails=True,
            says=(
                "role cannot be set under the dialect `nested`",
                "projects cannot be set under the dialect `nested`",
            ),
        ),
        Step(
            "destroyed",
            "destroy",
            (account(), membership("admin")),
            reads=(READ, PROJECTS),
            calls=(LIST, revoke(2001), DELETE),
            changes={"exporter": "delete", "web": "delete"},
            server=(),
            state={},
        ),
        Step(
            "a rotating account",
            "plan",
            (rotating(validity_period_hours=720, overlap_hours=48),),
            fails=True,
            says=(
                "{rotating} cannot be had under the dialect `nested`: document 1.0 of the API knows no expiry.",
            ),
        ),
    ),
    dialect="nested",
)

LIVES = (MEMBERSHIP,)
