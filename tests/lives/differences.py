"""What differs between the shells on purpose; docs/which-one.md has the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.lives.lives_of_faults import RECOVERING, WAITING
from tests.lives.lives_of_rotations import WORKS_ON
from tests.lives.wire_calls import ADD, CREATE, DELETE, LIST, READ, REMOVE, members

ALWAYS = "every "
"""How the key of something begins that is no matter of one life."""


@dataclass(frozen=True)
class Own:
    """What one step does in one shell instead.

    Attributes:
        calls: Its calls; None means those of the life.
        changes: What it plans; None means what the life says.
        says: What it says beside what the life says.
        unsaid: Sentences of the life that it does not show.
        state: Values in the state that are other ones than the life's.
    """

    calls: tuple[str, ...] | None = None
    changes: Mapping[str, str] | None = None
    says: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()
    state: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Different:
    """What differs, and why.

    Attributes:
        reason: The row in the document.
        steps: The steps that do something else, by their name.
        is_lived: Whether the shell has this life at all.
    """

    reason: str
    steps: Mapping[str, Own] = field(default_factory=dict)
    is_lived: bool = True


NO_IMPORTS = Different(
    "there are no imports: `adopt=` takes an existing account over", is_lived=False
)
UNSEEN = (
    "an apply does not see what else the state holds: a create warns of accounts of its name that "
    "nobody has used, and the one that it replaces may be among them"
)
LEFT_BEHIND = (
    "accounts of the name 'exporter' that this login made earlier and nobody ever used, perhaps "
    "left behind by a killed run: {exporter_number} ({exporter_username}"
)
LOGGED = (
    "what a call under way announces (a wait, an answer that was lost), and how long a previous "
    "account works on, is in the CLI's log alone"
)
REFRESHES = "every plan, apply and destroy", "terraform"

DIFFERENT: Mapping[tuple[str, str], Different] = {
    REFRESHES: Different("plan, apply and destroy first read what the state holds"),
    ("every replacement", "terraform"): Different(
        "an account is deleted before the next one is created, unless `create_before_destroy` is set"
    ),
    ("every step that is due", "terraform"): Different(
        "what is due by the clock is shown as a warning: the screen has no other lines"
    ),
    ("an account and its membership are imported", "dynamic"): NO_IMPORTS,
    ("a rotating account is imported, and rotates on demand", "dynamic"): NO_IMPORTS,
    ("an import of what is not there is refused", "dynamic"): NO_IMPORTS,
    ("another name replaces", "terraform"): Different(
        "a membership has no `create_before_destroy`: if its account is replaced, it is revoked "
        "before the next account is created",
        {"renamed": Own((READ, members(2001), LIST, REMOVE, CREATE, ADD, DELETE))},
    ),
    ("another expiry replaces", "terraform"): Different(
        UNSEEN, {"another expiry": Own(says=(LEFT_BEHIND,))}
    ),
    ("one instant has many spellings", "terraform"): Different(
        "`expires` stays in the state as it was written; another spelling of the same instant is "
        "an update without a call",
        {
            "created": Own(state={"exporter": {"expires": "2030-06-30T02:00:00+02:00"}}),
            "another spelling": Own(changes={"exporter": "update"}),
        },
    ),
    ("an account whose period ends is renewed", "terraform"): Different(
        UNSEEN, {"due": Own(says=(LEFT_BEHIND,))}
    ),
    ("a rotation is due, overlaps, and retires the previous account", "terraform"): Different(
        LOGGED, {"projects of both, in the overlap": Own(unsaid=WORKS_ON)}
    ),
    ("the wait that the server asks for is waited", "terraform"): Different(
        LOGGED, {"created": Own(unsaid=WAITING)}
    ),
    ("a create whose answer was lost is recovered", "terraform"): Different(
        LOGGED, {"created": Own(unsaid=RECOVERING)}
    ),
    ("what somebody deleted is created again", "terraform"): Different(
        "what the refresh before a destroy proves to be gone is not deleted",
        {"destroyed, when it is gone": Own((READ, LIST, members(2001)), {})},
    ),
}
