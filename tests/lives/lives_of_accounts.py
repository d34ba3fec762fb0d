"""Lives of accounts and memberships: created, changed in place, replaced, renewed, deleted."""

from __future__ import annotations

from tests.lives.life import (
    KEPT,
    NEW,
    NONE,
    SAME,
    GrantedByHand,
    Later,
    Life,
    Step,
    There,
    account,
    at,
    membership,
    projects,
)
from tests.lives.wire_calls import ADD, CREATE, DELETE, LIST, READ, REMOVE, members

EXPIRY = "2030-06-30T00:00:00Z"
BOT = account(role="consumer", expires=EXPIRY)
WEB = membership("analyst")
READ_BOTH = (READ, members(2001))
"""How an account without projects, and its membership in project 2001, are read."""
ANOTHER = {"service_account_id": NEW, "username": NEW, "secret": NEW}

ROLE_IN_PLACE = Life(
    "a role is changed in place",
    (
        Step(
            "created, with a membership of the same run",
            "apply",
            (BOT, WEB),
            changes={"exporter": "create", "web": "create"},
            calls=(LIST, CREATE, ADD),
            server=(There("exporter", {2001: "analyst"}, expires=EXPIRY),),
            state={
                "exporter": {
                    **ANOTHER,
                    "name": "exporter",
                    "role": "consumer",
                    "expires": EXPIRY,
                    "created": NEW,
                    "actual_name": "exporter",
                    "projects": NONE,
                },
                "web": {"project_id": 2001, "role": "analyst", "service_account_id": NEW},
            },
        ),
        Step(
            "applied again",
            "apply",
            reads=READ_BOTH,
            state={"exporter": KEPT, "web": {"role": SAME}},
        ),
        Step(
            "another role, planned",
            "plan",
            (BOT, membership("admin")),
            reads=READ_BOTH,
            changes={"web": "update"},
            server=(There("exporter", {2001: "analyst"}, expires=EXPIRY),),
            state={"exporter": KEPT, "web": {"role": SAME}},
        ),
        Step(
            "another role",
            "apply",
            reads=READ_BOTH,
            calls=(ADD, members(2001)),
            changes={"web": "update"},
            server=(There("exporter", {2001: "admin"}, expires=EXPIRY),),
            state={"exporter": KEPT, "web": {"role": "admin", "granted_role": "admin"}},
            settled=True,
        ),
        Step(
            "refreshed",
            "refresh",
            reads=READ_BOTH,
            state={"exporter": KEPT, "web": {"role": SAME, "granted_role": SAME}},
        ),
        Step(
            "destroyed",
            "destroy",
            reads=READ_BOTH,
            calls=(LIST, REMOVE, DELETE),
            changes={"exporter": "delete", "web": "delete"},
            server=(),
            state={},
        ),
    ),
)

ANOTHER_NAME = Life(
    "another name replaces",
    (
        Step(
            "created",
            "apply",
            (BOT, WEB),
            changes={"exporter": "create", "web": "create"},
            calls=(LIST, CREATE, ADD),
        ),
        Step(
            "renamed, planned",
            "plan",
            (account(name="importer", role="consumer", expires=EXPIRY), WEB),
            reads=READ_BOTH,
            changes={"exporter": "replace", "web": "replace"},
        ),
        Step(
            "renamed",
            "apply",
            reads=READ_BOTH,
            calls=(LIST, CREATE, ADD, REMOVE, DELETE),
            changes={"exporter": "replace", "web": "replace"},
            server=(There("importer", {2001: "analyst"}, expires=EXPIRY),),
            state={
                "exporter": {**ANOTHER, "name": "importer", "actual_name": "importer"},
                "web": {"service_account_id": NEW, "role": "analyst"},
            },
            settled=True,
        ),
    ),
)

ANOTHER_EXPIRY = Life(
    "another expiry replaces",
    (
        Step(
            "created",
            "apply",
            (account(expires=EXPIRY),),
            changes={"exporter": "create"},
            calls=(LIST, CREATE),
            server=(There("exporter", expires=EXPIRY),),
        ),
        Step(
            "another expiry",
            "apply",
            (account(expires="2031-01-01T00:00:00Z"),),
            reads=(READ,),
            calls=(LIST, CREATE, DELETE),
            changes={"exporter": "replace"},
            server=(There("exporter", expires="2031-01-01T00:00:00Z"),),
            state={"exporter": {**ANOTHER, "expires": "2031-01-01T00:00:00Z"}},
            settled=True,
        ),
        Step(
            "an expiry in the past",
            "plan",
            (account(expires="2026-12-31T00:00:00Z"),),
            reads=(READ,),
            fails=True,
            says=(
                "expires must lie ahead when an account is made: 2026-12-31T00:00:00Z has passed, it "
                "is 2027-01-01T00:00:00Z.",
            ),
        ),
    ),
)

SPELLINGS = Life(
    "one instant has many spellings",
    (
        Step(
            "created",
            "apply",
            (account(expires="2030-06-30T02:00:00+02:00"),),
            changes={"exporter": "create"},
            calls=(LIST, CREATE),
            server=(There("exporter", expires=EXPIRY),),
            state={"exporter": {**ANOTHER, "expires": EXPIRY}},
            settled=True,
        ),
        Step(
            "another spelling",
            "apply",
            (account(expires=EXPIRY),),
            reads=(READ,),
            state={"exporter": {**KEPT, "expires": EXPIRY}},
        ),
    ),
)

RENEWED = Life(
    "an account whose period ends is renewed",
    (
        Step(
            "created",
            "apply",
            (account(validity_period_hours=720, early_renewal_hours=48),),
            changes={"exporter": "create"},
            calls=(LIST, CREATE),
            server=(There("exporter", expires=at(720)),),
            state={"exporter": {**ANOTHER, "expires": at(720), "issued_at": at(0)}},
        ),
        Step("not due yet", "apply", before=(Later(671),), reads=(READ,), state={"exporter": KEPT}),
        Step(
            "due",
            "apply",
            before=(Later(672),),
            reads=(READ,),
            calls=(LIST, CREATE, DELETE),
            changes={"exporter": "replace"},
            says=("'exporter' is due for renewal since 2027-01-29T00:00:00Z",),
            server=(There("exporter", expires=at(672 + 720)),),
            state={"exporter": {**ANOTHER, "expires": at(672 + 720), "issued_at": at(672)}},
            settled=True,
        ),
    ),
)

IN_TWO = {2001: "analyst", 2002: "admin"}
READ_TWO = (READ, members(2001), members(2002))

PROJECTS_IN_PLACE = Life(
    "projects are added, changed and removed in place",
    (
        Step(
            "created, in one call",
            "apply",
            (account(projects=projects(IN_TWO)),),
            changes={"exporter": "create"},
            calls=(LIST, CREATE),
            server=(There("exporter", IN_TWO),),
            state={"exporter": {**ANOTHER, "projects": projects(IN_TWO)}},
        ),
        Step(
            "one added, one changed, one removed, one never listed",
            "apply",
            (account(projects=projects({2002: "consumer", 2003: "admin"})),),
            before=(GrantedByHand("exporter", 2009, "admin"),),
            reads=READ_TWO,
            calls=(ADD, members(2002), ADD, members(2003), REMOVE),
            changes={"exporter": "update"},
            server=(There("exporter", {2002: "consumer", 2003: "admin", 2009: "admin"}),),
            state={"exporter": {**KEPT, "projects": projects({2002: "consumer", 2003: "admin"})}},
            settled=True,
        ),
        Step(
            "refreshed",
            "refresh",
            reads=(READ, members(2002), members(2003)),
            state={"exporter": {**KEPT, "projects": SAME, "granted_roles": SAME}},
        ),
        Step(
            "in another order",
            "apply",
            (account(projects=projects({2003: "admin", 2002: "consumer"})),),
            reads=(READ, members(2002), members(2003)),
            state={"exporter": {**KEPT, "projects": SAME}},
        ),
        Step(
            "destroyed",
            "destroy",
            reads=(READ, members(2002), members(2003)),
            calls=(LIST, DELETE),
            changes={"exporter": "delete"},
            server=(),
            state={},
        ),
    ),
)

LIVES = (
    ROLE_IN_PLACE,
    ANOTHER_NAME,
    ANOTHER_EXPIRY,
    SPELLINGS,
    RENEWED,
    PROJECTS_IN_PLACE,
)
