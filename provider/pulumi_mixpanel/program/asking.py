"""The program's process: what its lookups share, and how an answer or an error leaves them.

Nothing that one run has read is told to another (per_run.py).
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Protocol, TypeVar, cast

import pulumi
from pulumi.runtime import get_root_resource

from mixpanel_service_accounts.api.errors import MixpanelError
from mixpanel_service_accounts.api.secret import Secret
from mixpanel_service_accounts.bugs import describe_bug
from mixpanel_service_accounts.configuration import Configuration, resolve
from mixpanel_service_accounts.configuration_keys import NAMESPACE
from mixpanel_service_accounts.resources.reporter import Reporter, reporting_to
from mixpanel_service_accounts.resources.session import Connections, Session
from pulumi_mixpanel.program.class_arguments import refuse_plain_secret
from pulumi_mixpanel.program.explicit_provider import Provider
from pulumi_mixpanel.program.mocked_lookups import ask_mocks, ask_mocks_output
from pulumi_mixpanel.program.per_run import is_mocked, of_this_run
from pulumi_mixpanel.wording import PULUMI

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Arguments = Mapping[str, Any]

_THREADS = 4
"""As many calls at once as the provider's process makes by default."""


class LookupFailed(pulumi.RunError):
    """A lookup has no answer: one sentence, which ends the program without a traceback."""


class Lookup(Protocol[T_co]):
    """What a lookup means, as `resources.queries` has it."""

    def __call__(self, session: Session, arguments: Arguments, *, anew: bool) -> T_co:
        """Answer it."""


def ask(function: str, look: Lookup[T], arguments: Arguments, provider: Provider | None) -> T:
    """Answer a lookup now; the program waits.

    Args:
        function: Its public name, for messages.
        look: What it means.
        arguments: Plain values.
        provider: The explicit provider whose login and place count.

    Raises:
        LookupFailed: It has no answer, or something that it needs is an output.
    """
    _require_run(function)
    settings = _settings(function, provider)
    _require_plain(function, "its argument", arguments)
    if provider is not None:
        _require_plain(function, "its provider's argument", settings)
    if is_mocked():
        return cast("T", ask_mocks(function, arguments, provider))
    run = _this_run()
    return _told(
        function,
        lambda: _look(look, run.context(_configuration(provider, settings)), arguments, anew=False),
    )


def ask_output(
    function: str, look: Lookup[T], arguments: Mapping[str, Any], provider: Provider | None
) -> pulumi.Output[T]:
    """Answer a lookup as soon as its arguments are known, beside everything else.

    The answer is unknown, without a call, where an argument or a setting of the provider is, or
    where one comes from a resource that is yet to be made. It is secret where an argument is.

    Args:
        function: The public name of the plain form, for messages.
        look: What it means.
        arguments: Values or outputs.
        provider: The explicit provider whose login and place count.

    Raises:
        LookupFailed: As the output's error: it has no answer.
    """
    _require_run(f"{function}_output")
    if is_mocked():
        _settings(f"{function}_output", provider)
        return ask_mocks_output(function, arguments, provider)
    function, run = f"{function}_output", _this_run()
    given = pulumi.Output.all(**arguments)
    # That a login is secret makes no secret of what it finds.
    settings = pulumi.Output.unsecret(pulumi.Output.from_input(dict(_settings(function, provider))))

    async def answer(known: list[Any]) -> T:
        resources = await given.resources()
        if not await _are_made(resources):
            return cast("T", pulumi.UNKNOWN)
        secrets = list(known[0].values()) if await given.is_secret() else []
        context = _told(function, lambda: run.context(_configuration(provider, known[1])))

        def act() -> T:
            return _look(look, context, known[0], anew=_are_ours(resources))

        # Not in the loop, where everything else would wait, nor in its executor, which the
        # registration of resources needs.
        return await asyncio.get_running_loop().run_in_executor(
            run.threads, lambda: _told(function, act, secrets)
        )

    return pulumi.Output.all(given, settings).apply(answer)


# ---- what the lookups of a run share ----------------------------------------------------------


class _Run:
    """One run of a program: its connections with what they have read, and threads for them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._contexts: dict[Configuration, Session] = {}
        self.threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="mixpanel-lookup")

    def context(self, configuration: Configuration) -> Session:
        """Return the one context of a configuration, be it the stack's or a provider's."""
        with self._lock:
            if configuration not in self._contexts:
                self._contexts[configuration] = Session(
                    Connections(configuration, wording=PULUMI),
                    Reporter(_voice(pulumi.log.warn), _voice(pulumi.log.info)),
                )
            return self._contexts[configuration]


def _this_run() -> _Run:
    return of_this_run("_mixpanel_lookups", _Run)


def _require_run(function: str) -> None:
    """Refuse to answer in a thread that does not know its run: the stack's configuration neither.

    What Pulumi keeps for a run no thread inherits that the program starts; there even a secret
    would seem to stand in clear.

    Raises:
        LookupFailed: This is such a thread.
    """
    if get_root_resource() is None and threading.current_thread() is not threading.main_thread():
        raise LookupFailed(
            f"{function}: this thread does not know which run of a program it belongs to. Look up "
            f"in the program's own thread; {function.removesuffix('_output')}_output there waits "
            "beside everything else."
        )


def _voice(log: Callable[[str], None]) -> Callable[[str], None]:
    """Bind one of Pulumi's logs to this run: other threads do not know which engine is theirs."""
    here = copy_context()
    return lambda line: here.copy().run(log, f"mixpanel: {line}")


# ---- arguments and configuration --------------------------------------------------------------


def _settings(function: str, provider: Provider | None) -> Mapping[str, Any]:
    if provider is None:
        return {}
    if not isinstance(provider, Provider):
        raise LookupFailed(
            f"{function}: provider must be a pulumi_mixpanel.Provider; a "
            f"{type(provider).__name__} was given."
        )
    return provider._arguments  # noqa: SLF001 (both are this package's shell)


def _require_plain(function: str, whose: str, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, (pulumi.Output, Awaitable)):
            raise LookupFailed(
                f"{function}: {whose} {key} is an output, which only the deployment tells. Use "
                f"{function}_output, which waits for it."
            )


def _configuration(provider: Provider | None, settings: Mapping[str, Any]) -> Configuration:
    """Read what the resources' process reads: the provider's arguments, or the stack's."""
    refuse_plain_secret()
    config = pulumi.Config(NAMESPACE)

    def stack(key: str) -> str | None:
        return config.get(key) or None

    if provider is None:
        return resolve(stack, os.environ, words=PULUMI)

    def configured(key: str) -> str | None:
        value = settings.get(key)
        return (value.reveal() if isinstance(value, Secret) else value) or None

    return resolve(configured, os.environ, stack, PULUMI)


async def _are_made(resources: set[pulumi.Resource]) -> bool:
    """Return whether all resources that an argument comes from are there, as Pulumi's own do."""
    ids = [vars(one).get("id") for one in resources]  # a component has none
    return all([await id_.is_known() for id_ in ids if isinstance(id_, pulumi.Output)])


def _are_ours(resources: set[pulumi.Resource]) -> bool:
    """Return whether one may have changed what an earlier lookup of this run has read."""
    return any(isinstance(one, pulumi.dynamic.Resource) for one in resources)


# ---- errors -----------------------------------------------------------------------------------


def _look(look: Lookup[T], session: Session, arguments: Arguments, *, anew: bool) -> T:
    """Answer a lookup; its waits are reported to this run."""
    with reporting_to(session.reporter):
        return look(session, arguments, anew=anew)


def _told(function: str, act: Callable[[], T], secrets: Sequence[object] = ()) -> T:
    """Run a lookup; let nothing out of it but the answer or a sentence."""
    try:
        return act()
    except MixpanelError as error:
        message = str(error)
    except Exception as error:  # noqa: BLE001 (a foreign error's text may hold anything)
        message = f"{describe_bug(error)}."
    for secret in map(str, filter(None, secrets)):
        for shown in (repr(secret)[1:-1], secret):
            message = message.replace(shown, "[secret]")
    raise LookupFailed(f"{function}: {message}") from None
