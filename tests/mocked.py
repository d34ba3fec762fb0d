"""A program that runs against mocks of the engine, as Pulumi's testing guide has them."""

from __future__ import annotations

import asyncio
import gc
import sys
import warnings
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

import pulumi
from pulumi.runtime import set_mocks
from pulumi.runtime.mocks import test as run_to_its_end


class GuideMocks(pulumi.runtime.Mocks):
    """The mocks of the guide: an id out of the name, the inputs as outputs, an empty answer."""

    def __init__(self, answers: dict[str, Any] | None = None) -> None:
        self.answers = answers or {}
        self.made: list[pulumi.runtime.MockResourceArgs] = []
        self.asked: list[tuple[str, dict[str, Any], str]] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Note a resource."""
        self.made.append(args)
        return f"{args.name}_id", args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> Any:  # noqa: ANN401 (a pair or a dict)
        """Note a call, and answer it."""
        self.asked.append((args.token, args.args, args.provider))
        return self.answers.get(args.token, {})

    def inputs(self, name: str) -> dict[str, Any]:
        """Tell the inputs of a resource, less the serialized provider."""
        (found,) = [dict(one.inputs) for one in self.made if one.name == name]
        found.pop("__provider", None)
        return found

    def provider(self, name: str) -> str:
        """Tell the name of the explicit provider of a resource; empty for the default one."""
        (found,) = [one.provider or "" for one in self.made if one.name == name]
        return found.rpartition("::")[0].rpartition("::")[2]


def run_program(
    program: Callable[[], Any],
    mocks: pulumi.runtime.Mocks | None = None,
    *,
    preview: bool = False,
) -> Any:  # noqa: ANN401 (of whatever type the program's result is)
    """Run a program to its end, and return what it returned, outputs resolved.

    What Pulumi keeps for a run stays in a context of its own, so that no other test is in a run.
    As in Pulumi's own host, nothing is told of what a program that failed left unfinished.
    """
    found: list[Any] = []

    def run() -> None:
        set_mocks(mocks or GuideMocks(), stack="dev", preview=preview)

        whole = run_to_its_end(  # type: ignore[no-untyped-call]
            lambda: pulumi.Output.from_input(program()).apply(found.append)
        )
        whole()

    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)
    asyncio.set_event_loop(loop)
    try:
        copy_context().run(run)
    finally:
        _tidy(loop)
    return found[0] if found else None


def _tidy(loop: asyncio.AbstractEventLoop) -> None:
    """End the threads of a run here, with the loops that Pulumi made in them and never closes."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        asyncio.set_event_loop(None)
        gc.collect()
    sys.unraisablehook = hook
