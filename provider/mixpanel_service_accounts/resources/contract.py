"""What a shell and a resource say to each other: Resource, Checked, Diff, Created, Read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from msgspec import Struct, field

if TYPE_CHECKING:
    from mixpanel_service_accounts.resources.session import Session

I = TypeVar("I", bound=Struct)  # noqa: E741 (the inputs)
S = TypeVar("S", bound=Struct)


class Failure(Struct, frozen=True):
    """One thing that is wrong with the inputs.

    Attributes:
        property: The input at fault, such as `projects[0].role`. Empty if no single input is, or if
            naming it could show a secret.
        reason: What is wrong, what was given, what to do.
    """

    property: str
    reason: str


class Checked(Struct, Generic[I]):
    """The result of a check.

    Attributes:
        inputs: The normalised inputs; None if there are failures.
        failures: Everything that is wrong with what was given.
        warnings: What the user should know although nothing is wrong.
        notes: What is due, in words.
    """

    inputs: I | None = None
    failures: list[Failure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Diff(Struct, frozen=True):
    """What a change of inputs leads to.

    Attributes:
        changed: The inputs that differ, and `home` if the place does. Not empty if anything is to
            be done; `""` stands for work that an earlier run left behind.
        replaces: The inputs whose change requires a new resource.
        unsettled: The outputs that the change will alter, recorded inputs among them. An update
            alters no other, and leaves every other input as it was asked for. Not empty if no input
            differs: a shell whose plan compares values sees nothing to do otherwise.
        delete_before_replace: Whether the old resource has to be deleted first.
        notes: What is due, in words.
    """

    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    delete_before_replace: bool = False
    notes: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything is to be done."""
        return bool(self.changed or self.replaces)


class Created(Struct, Generic[S], frozen=True):
    """A new resource.

    Attributes:
        id: Its id.
        state: Its whole state.
        problem: What failed after it was created; the state holds what there is.
    """

    id: str
    state: S
    problem: str | None = None


class Read(Struct, Generic[I, S], frozen=True):
    """A resource that exists.

    Attributes:
        id: Its id.
        state: Its whole state.
        inputs: The inputs that would have led to it.
    """

    id: str
    state: S
    inputs: I


class Resource(Protocol[I, S]):
    """The rules of one kind of resource; each module of `resources` that has them is one."""

    KIND: str
    Inputs: type[I]
    State: type[S]

    def check(self, session: Session, olds: I | None, news: Mapping[str, Any]) -> Checked[I]:
        """Return normalised inputs, or every failure at once; makes no call.

        Args:
            session: The call's session; its instant counts as now.
            olds: The inputs of the last run; None for a new resource.
            news: What the user gave, raw.
        """

    def diff(self, session: Session, id_: str, state: S, inputs: I) -> Diff:
        """Return what a change leads to; makes no call.

        Raises:
            Refused: The change must not happen.
        """

    def create(self, session: Session, inputs: I) -> Created[S]:
        """Create the resource.

        Raises:
            MixpanelError: It was not created.
        """

    def read(self, session: Session, id_: str, state: S | None) -> Read[I, S] | None:
        """Read the resource back; without a state by its id alone, for an import.

        Returns:
            What exists, or None if it is proven to be gone.

        Raises:
            MixpanelError: It could not be read, or nothing proves that it is gone.
        """

    def update(self, session: Session, id_: str, state: S, inputs: I) -> S:
        """Change the resource in place; returns the whole state.

        Raises:
            MixpanelError: It was not changed, or only in part; the state is as it was.
        """

    def delete(self, session: Session, id_: str, state: S) -> None:
        """Delete the resource; one that is proven to be gone is done.

        Raises:
            MixpanelError: It was not deleted.
        """
