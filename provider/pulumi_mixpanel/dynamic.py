"""The Pulumi dynamic providers and the resource classes: a thin shell over `resources`.

Module and class names below are in the state of every stack, inside recorded pickles: they are a
permanent contract (docs/decisions/0001-dynamic-providers-and-pickles.md).

Without `from __future__ import annotations`: the SDK evaluates the outputs' types for every single
resource, and to evaluate a text takes it longer than all that we do.
"""

import contextlib
import os
import sys
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypedDict, TypeVar

import grpc
import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import Unknown as PulumiUnknown
from pulumi.runtime.config import is_config_secret
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from mixpanel_service_accounts.api.errors import ConfigurationError, GaveUp, MixpanelError, NoAnswer
from mixpanel_service_accounts.api.models import Place, Secret, format_instant
from mixpanel_service_accounts.configuration import EXPLICIT, NAMESPACE, STACK, STACK_KEYS, resolve
from mixpanel_service_accounts.resources import (
    project_membership,
    rotating_service_account,
    service_account,
)
from mixpanel_service_accounts.resources.contract import Checked
from mixpanel_service_accounts.resources.contract import Resource as Rules
from mixpanel_service_accounts.resources.fields import UNKNOWN, decode, encode
from mixpanel_service_accounts.resources.ledger import Holding, Ledger
from mixpanel_service_accounts.resources.reporter import Reporter, reporting_to
from mixpanel_service_accounts.resources.session import Connections, Session
from pulumi_mixpanel.arguments import check_name_and_options, checked_arguments
from pulumi_mixpanel.component_providers import effective_provider, with_component_provider
from pulumi_mixpanel.holdings import holders_of
from pulumi_mixpanel.memberships_of_run import refuse_second_membership
from pulumi_mixpanel.program_errors import ProgramConfigurationError, ProgramError
from pulumi_mixpanel.run import is_mocked

T = TypeVar("T")


class ProjectRole(TypedDict):
    """One entry of `ServiceAccount(projects=…)`.

    Attributes:
        project_id: The project's number.
        role: The account's role there: `admin`, `analyst`, `consumer`, or one of the
            organization's own.
    """

    project_id: pulumi.Input[int | str]
    role: pulumi.Input[str]


Projects = pulumi.Input[Sequence[pulumi.Input[ProjectRole | Mapping[str, object]]]]
"""What `projects` takes: typed entries, or plain dictionaries such as a variable has."""


# ---- the provider's process -------------------------------------------------------------------


class _Process:
    """What all resources and threads of the provider's process share, built once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: Counter[tuple[str, str]] = Counter()
        self._connections: Connections | None = None

    def configure(self, get: Callable[[str], object]) -> None:
        def source(namespace: str) -> Callable[[str], str | None]:
            def configured(key: str) -> str | None:
                value = get(f"{namespace}:{key}")
                return None if value in (None, "") else str(value)

            return configured

        with self._lock:
            if self._connections is None:
                configuration = resolve(source(NAMESPACE), os.environ, source(STACK))
                self._connections = Connections(configuration, ledger=Ledger())
                if configuration.concurrency:
                    _widen_pool(configuration.concurrency)

    def session(self, held_by: Sequence[Holding] | None = None) -> Session:
        if self._connections is None:
            raise ConfigurationError("The provider was asked to work before it was configured.")
        return Session(
            self._connections,
            Reporter(_warn, _announce),
            ledger=self._connections.ledger,
            held_by=held_by,
        )

    def note_read(self, kind: str, id_: str) -> None:
        """Remember that a refresh found a resource: it compares that one once more by itself."""
        with self._lock:
            self._read[kind, id_] += 1

    def session_of_diff(self, kind: str, id_: str) -> Session:
        """Return the session of a comparison.

        `up --refresh` compares in the same process what it read and what the program says. The
        first says nothing of the program: its ledger forgets what it learns of grants.
        """
        with self._lock:
            of_refresh = self._read[kind, id_] > 0
            self._read[kind, id_] -= of_refresh
        session = self.session()
        if of_refresh and session.ledger:
            session.ledger = session.ledger.of_refresh()
        return session


def _widen_pool(calls: int) -> None:
    """Let the host serve more calls at once than the four that the SDK gives it.

    There is no public way: configure() runs in a worker of the executor to widen, and CPython
    keeps the executor in that thread's arguments. Any surprise leaves the pool as it is.
    """
    try:
        executor = threading.current_thread()._args[0]()  # type: ignore[attr-defined]  # noqa: SLF001
        if isinstance(executor, ThreadPoolExecutor) and executor._max_workers < calls:  # noqa: SLF001
            executor._max_workers = calls  # noqa: SLF001
            # A refresh asks for much before we are configured. Threads start only at a submission,
            # and what was queued by then would keep later ones from starting (CPython before 3.12
            # takes each worker that ends a task for an idle one, also if the next one waits).
            all_there = threading.Event()
            try:
                for _ in range(100 * calls):
                    if len(executor._threads) >= calls:  # noqa: SLF001
                        break
                    executor.submit(all_there.wait)
            finally:
                all_there.set()
    except (AttributeError, LookupError, RuntimeError, TypeError):
        return


_process = _Process()


def _warn(line: str) -> None:
    _log(engine_pb2.WARNING, line)


def _announce(line: str) -> None:
    _log(engine_pb2.INFO, line)


_engine_lock = threading.Lock()
_engine: list[engine_pb2_grpc.EngineStub] = []


def _log(severity: Any, line: str) -> None:  # noqa: ANN401 (an enum of the generated code)
    """Show a line on the user's screen: by the engine, whose address the host was given."""
    message = f"mixpanel: {line}"
    try:
        with _engine_lock:
            if not _engine:
                channel = grpc.insecure_channel(sys.argv[1])
                _engine.append(engine_pb2_grpc.EngineStub(channel))
        request = engine_pb2.LogRequest(severity=severity, message=message)
        _engine[0].Log(request, timeout=5)
    except (IndexError, grpc.RpcError, ValueError):
        # Nobody may be left to read it; that is no reason to break off what it tells of.
        with contextlib.suppress(OSError, ValueError):
            print(message, file=sys.stderr)  # noqa: T201 (the host shows it, as a plain line)


class OperationFailed(Exception):  # noqa: N818 (reads as a sentence in the engine's output)
    """What the user sees of an error: one sentence, without cause or traceback."""


def _edge(doing: str, act: Callable[[], T], left: str = "") -> T:
    """Run an operation; let nothing out of it but a sentence, and what it leaves behind.

    The host shows the text of an exception with its traceback and its whole chain, and hangs on
    whatever is no `Exception`.
    """
    failure: OperationFailed | None = None
    try:
        with reporting_to(Reporter(_warn, _announce)):
            return act()
    except MixpanelError as error:
        gave_up = isinstance(error, (GaveUp, NoAnswer))
        failure = OperationFailed(f"{doing}: {error}" + (f" {left}" if left and gave_up else ""))
    except BaseException as error:  # noqa: BLE001 (a foreign error's text may hold anything)
        failure = OperationFailed(f"{doing}: {describe_bug(error)}; the state is kept.")
    raise failure from None


def describe_bug(error: BaseException) -> str:
    """Say what and where, without the error's own text, which may hold anything."""
    where = error.__traceback__
    while where and where.tb_next:
        where = where.tb_next
    place = f"{where.tb_frame.f_code.co_name}, line {where.tb_lineno}" if where else "?"
    return f"a bug in pulumi-mixpanel: {type(error).__name__} in {place}. Please report it"


def _holdings(told: object) -> Sequence[Holding] | None:
    """Convert what the program says of who else holds the account that `adopt` names."""
    if not isinstance(told, (list, tuple)):
        return None
    return [
        Holding(one["by"], decode(Place, one["home"]) if one.get("home") else None, "home" in one)
        for one in told
    ]


def _inward(value: Any) -> Any:  # noqa: ANN401 (property values are of any type)
    """Turn the engine's values into ours: unknowns, and whole numbers, which arrive as floats."""
    if isinstance(value, PulumiUnknown):
        return UNKNOWN
    if isinstance(value, Mapping):
        return {key: _inward(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, (list, tuple)):
        return [_inward(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _outward(value: Any) -> Any:  # noqa: ANN401
    """Turn our values into the engine's."""
    if value is UNKNOWN:
        return PulumiUnknown()  # type: ignore[no-untyped-call]
    if isinstance(value, Mapping):
        return {key: _outward(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_outward(inner) for inner in value]
    return value


def _load(kind: str) -> ResourceProvider:
    """Load a provider out of a recorded pickle: the one name that pickles refer to."""
    return _PROVIDERS[kind]()


class _Provider(ResourceProvider):
    """One shell for every resource: names, unknowns and errors; the rules are in `rules`."""

    serialize_as_secret_always = False
    kind = ""
    rules: Rules[Any, Any]

    def __reduce__(self) -> tuple[Callable[[str], ResourceProvider], tuple[str]]:
        return _load, (self.kind,)

    def configure(self, req: ConfigureRequest) -> None:
        _process.configure(req.config.get)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        rules, given = self.rules, _inward(news)
        held_by = _holdings(given.pop("held_by", None))

        def act() -> Checked[Any]:
            olds = decode(rules.Inputs, _inward(_olds)) if _olds else None
            return rules.check(_process.session(held_by), olds, given)

        checked = _edge(f"Checking a {self.kind}", act)
        session = _process.session()
        for line in checked.warnings:
            session.warn_once(line)
        for line in checked.notes:
            session.announce(line)
        failures = [CheckFailure(failure.property, failure.reason) for failure in checked.failures]
        return CheckResult(_outward(encode(checked.inputs)) if checked.inputs else {}, failures)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        rules = self.rules
        found = _edge(
            f"Comparing {self.kind} {_id}",
            lambda: rules.diff(
                _process.session_of_diff(self.kind, _id),
                _id,
                self._state(_olds),
                decode(rules.Inputs, _inward(_news)),
            ),
        )
        return DiffResult(
            changes=found.changes,
            replaces=list(found.replaces),
            delete_before_replace=found.delete_before_replace,
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        rules = self.rules
        created = _edge(
            f"Creating a {self.kind}",
            lambda: rules.create(_process.session(), decode(rules.Inputs, _inward(props))),
            "It is not in the state; the next up makes it.",
        )
        return CreateResult(created.id, encode(created.state))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        rules = self.rules
        found = _edge(
            f"Reading {self.kind} {id_}",
            lambda: rules.read(_process.session(), id_, self._state(props) if props else None),
            "The state is as it was.",
        )
        if found is None:
            return ReadResult("", {})
        _process.note_read(self.kind, found.id)
        return ReadResult(found.id, encode(found.state), encode(found.inputs))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        rules = self.rules
        state = _edge(
            f"Updating {self.kind} {_id}",
            lambda: rules.update(
                _process.session(), _id, self._state(_olds), decode(rules.Inputs, _inward(_news))
            ),
            "The state is as it was; the next up goes on from there.",
        )
        return UpdateResult(encode(state))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        _edge(
            f"Deleting {self.kind} {_id}",
            lambda: self.rules.delete(_process.session(), _id, self._state(_props)),
            "It is still in the state; the next up or destroy tries again.",
        )

    def _state(self, stored: dict[str, Any]) -> Any:  # noqa: ANN401 (the state of whichever resource)
        return decode(self.rules.State, _inward(stored))


class _ServiceAccountProvider(_Provider):
    kind = "ServiceAccount"
    rules = service_account


class RotatingServiceAccountProvider(_Provider):
    kind = "RotatingServiceAccount"
    rules = rotating_service_account


class _ProjectMembershipProvider(_Provider):
    kind = "ProjectMembership"
    rules = project_membership


_PROVIDERS: Mapping[str, type[_Provider]] = {
    provider.kind: provider
    for provider in (
        _ServiceAccountProvider,
        RotatingServiceAccountProvider,
        _ProjectMembershipProvider,
    )
}


# ---- the program's process --------------------------------------------------------------------


class Provider(pulumi.ProviderResource):
    """An explicit provider: an organization and a login of its own, for some of the resources.

    Give it to resources as `opts=pulumi.ResourceOptions(provider=…)`. What it says the environment
    never overrides; what it leaves out comes from the environment, and then from the stack's
    configuration. It has a process of its own.

    Args:
        resource_name: The provider's name in the stack.
        organization_id: The organization's number.
        region: `us`, `eu` or `in`.
        base_url: The API's base URL, https, or http on loopback; overrides every region.
        dialect: `bulk` (default) or `nested`.
        username: The login's full username; together with `secret`.
        secret: The login's secret; always a Pulumi secret, encrypted in state.
        concurrency: How many calls may be under way at once; default 16, at most 64. Run `pulumi up
            --parallel N` with as many: the engine sends four times the machine's cores by default.
        opts: Pulumi's own options.

    Raises:
        ConfigurationError: `mixpanel:secret` was set without `--secret`.
        ProgramError: An argument is of a type that Pulumi cannot store.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        organization_id: pulumi.Input[int | str] | None = None,
        region: pulumi.Input[str] | None = None,
        base_url: pulumi.Input[str] | None = None,
        dialect: pulumi.Input[str] | None = None,
        username: pulumi.Input[str] | None = None,
        secret: pulumi.Input[str] | None = None,
        concurrency: pulumi.Input[int | str] = 16,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        arguments = {
            "organization_id": organization_id,
            "region": region,
            "base_url": base_url,
            "dialect": dialect,
            "username": username,
            "secret": secret,
            "concurrency": concurrency,
        }
        called = check_name_and_options("Provider", resource_name, opts)
        checked = checked_arguments(called, arguments)
        given = {
            EXPLICIT: "true",
            "organizationId": _text_of(checked["organization_id"]),
            "region": checked["region"],
            "baseUrl": checked["base_url"],
            "dialect": checked["dialect"],
            "username": checked["username"],
            "secret": wrapped(checked["secret"]),
            "concurrency": _text_of(checked["concurrency"]),
        }
        # Lookups run in the program, and log in by the same arguments.
        self._arguments = {**given, "secret": Secret(secret) if isinstance(secret, str) else secret}
        properties = {
            f"{NAMESPACE}:{key}": value for key, value in given.items() if value is not None
        }
        super().__init__(
            "pulumi-python", resource_name, {**properties, **_stack_configuration()}, opts
        )


def _stack_configuration() -> dict[str, Any]:
    """Take along the stack's configuration, which the engine gives to default providers alone."""
    refuse_plain_secret()
    config = pulumi.Config(NAMESPACE)
    found = {key: value for key in STACK_KEYS if (value := config.get(key))}
    return {
        f"{STACK}:{key}": pulumi.Output.secret(value)
        if is_config_secret(f"{NAMESPACE}:{key}")
        else value
        for key, value in found.items()
    }


def _text_of(value: pulumi.Input[int | str] | None) -> pulumi.Input[str] | None:
    """Write a number as text: a provider's configuration is made of texts."""

    def text(number: object) -> str:
        whole = isinstance(number, float) and number.is_integer()
        return str(int(number) if whole else number)  # type: ignore[call-overload]

    if value is None or isinstance(value, (int, float, str)):
        return None if value is None else text(value)
    number: pulumi.Output[Any] = pulumi.Output.from_input(value)
    return number.apply(text)


class InOrganization:
    """What every resource here has in common: it lives in an organization."""

    home: pulumi.Output[dict[str, Any]]

    @property
    def organization_id(self) -> pulumi.Output[int]:
        """The number of the organization that it lives in, wherever that came from."""
        # Mocks of a unit test may leave it out.
        return self.home.apply(lambda home: (home or {}).get("organization_id"))


class ServiceAccount(InOrganization, Resource, module="mixpanel", name="ServiceAccount"):
    """A Mixpanel service account, and the secret that the API shows once.

    Args:
        resource_name: The resource's name in the stack.
        name: What the username will begin with; the server adds a suffix (grade D, R, T). Text;
            default `<stack>-<resource name>`. A change replaces the account.
        role: Role in the organization, such as `consumer` (`bulk` only; grade D). Default: what
            the server gives. A change replaces the account: no route changes it.
        expires: From when on it no longer works: an aware datetime, or a text with a zone; kept
            as UTC in whole seconds (`bulk` only; grade D). Default: never. Must lie ahead when the
            account is made or the value changes. A change replaces the account.
        projects: Projects and roles, made in the same call as the account (`bulk` only; grade D).
            A change is made in place and touches only projects that are or were listed.
        validity_period_hours: Hours for which the account is good, from when it is made (`bulk`
            only; instead of `expires`, which is set from the clock). Default: none. A change
            replaces the account.
        early_renewal_hours: Hours before the expiry from which on an up renews the account: it is
            replaced, the new one first. Default 0: at the expiry. A change is recorded in place.
        rotate_when_changed: A map of strings or numbers; any change of it replaces the account.
            Default: none.
        adopt: The number of an existing account, which the first create takes over instead of
            making one; `name` has to be its name. Adding or removing it later is no change; while
            it is set, whatever would make the account anew is refused: a change that would replace,
            `--replace`, another name of the resource. Default: none.
        secret: The secret of the account that is adopted, if you still have it; wrapped as a
            Pulumi secret. Default: none, and the output is null.
        organization_id: The organization's number. Default: the configuration's. A changed
            argument replaces the account.
        region: `us`, `eu` or `in` (grade D). Default: the configuration's. The same.
        opts: Pulumi's own options.

    Attributes:
        service_account_id: The account's number.
        username: The login: the name with the server's suffix.
        secret: The login's secret; a secret output, encrypted in state. Null only for an account
            that was adopted without `secret`.
        issued_at: From when on `validity_period_hours` counts.
        adopted: Whether the account was taken over, and not made.
        created: When it was made, UTC.
        creator: The user number of the login that made it (`bulk`).
        creator_email: That login's address (`bulk`).
        creator_name: That login's name (`bulk`).
        actual_name: The name as the server has it now.
        actual_role: The role in the organization as the server has it now, where it says so.
        actual_expires: The expiry as the server has it now.
        granted_roles: The server's own words for the roles in `projects`, where they were read
            back, by the project's number.
        home: Where the account lives: `base_url` and `organization_id`.

    Raises:
        ConfigurationError: `mixpanel:secret` was set without `--secret`.
        ProgramError: An argument is of a type that Pulumi cannot store.
    """

    name: pulumi.Output[str]
    role: pulumi.Output[str | None]
    expires: pulumi.Output[str | None]
    projects: pulumi.Output[list[dict[str, Any]] | None]
    region: pulumi.Output[str | None]
    username: pulumi.Output[str]
    secret: pulumi.Output[str]
    created: pulumi.Output[str | None]
    creator: pulumi.Output[int | None]
    creator_email: pulumi.Output[str | None]
    creator_name: pulumi.Output[str | None]
    actual_name: pulumi.Output[str | None]
    actual_role: pulumi.Output[str | None]
    actual_expires: pulumi.Output[str | None]
    granted_roles: pulumi.Output[dict[str, str] | None]
    validity_period_hours: pulumi.Output[float | None]
    early_renewal_hours: pulumi.Output[float | None]
    rotate_when_changed: pulumi.Output[dict[str, str] | None]
    issued_at: pulumi.Output[str | None]
    adopted: pulumi.Output[bool | None]

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str | None] | None = None,
        role: pulumi.Input[str] | None = None,
        expires: pulumi.Input[str | datetime] | None = None,
        projects: Projects | None = None,
        validity_period_hours: pulumi.Input[float | str] | None = None,
        early_renewal_hours: pulumi.Input[float | str] | None = None,
        rotate_when_changed: pulumi.Input[Mapping[str, pulumi.Input[str | float]]] | None = None,
        adopt: pulumi.Input[int | str] | None = None,
        secret: pulumi.Input[str] | None = None,
        organization_id: pulumi.Input[int | str] | None = None,
        region: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        refuse_plain_secret()
        called = check_name_and_options("ServiceAccount", resource_name, opts)
        refuse_import("ServiceAccount", resource_name, opts)
        outputs = (
            "home service_account_id username created creator creator_email creator_name "
            "actual_name actual_role actual_expires granted_roles issued_at adopted"
        )
        properties: dict[str, Any] = dict.fromkeys(outputs.split())
        properties.update(
            name=default_name(resource_name, name),
            role=role,
            expires=_instant_of(expires),
            projects=projects,
            validity_period_hours=validity_period_hours,
            early_renewal_hours=early_renewal_hours,
            rotate_when_changed=rotate_when_changed,
            adopt=adopt,
            secret=wrapped(secret),
            organization_id=organization_id,
            region=region,
        )
        if adopt is not None:
            properties["held_by"] = holders_of(adopt, called)
        self._listed = projects
        self._region = region
        super().__init__(
            _ServiceAccountProvider(),
            resource_name,
            checked_arguments(called, properties),
            keeping_secret(with_component_provider(opts, Provider), "secret"),
        )

    @property
    def service_account_id(self) -> pulumi.Output[int]:
        """The account's number.

        Taken from the resource's id, which a preview of a change in place knows; the other outputs
        are unknown then, and what depends on them looks as if it were to be replaced.
        """
        return self.id.apply(self._number_of)

    def _number_of(self, id_: str) -> pulumi.Output[int] | int:
        """Read the number out of the id; mocks of a unit test may give an id that is none."""
        output: pulumi.Output[int] = vars(self)["service_account_id"]
        return int(id_) if id_.isdecimal() else output


def default_name(resource_name: str, name: pulumi.Input[str | None] | None) -> pulumi.Input[str]:
    """Return the name of an account, by default after its stack: an organization serves several.

    An output of None counts as none. A colon, which no login may contain, becomes a hyphen.
    """
    default = f"{pulumi.get_stack()}-{resource_name}".replace(":", "-")
    if name is None or isinstance(name, str):
        return default if name is None else name
    given: pulumi.Output[Any] = pulumi.Output.from_input(name)
    return given.apply(lambda known: default if known is None else known)


def refuse_import(kind: str, resource_name: str, opts: pulumi.ResourceOptions | None) -> None:
    """Refuse Pulumi's own import, which dynamic resources do not have.

    Raises:
        RunError: `opts` has `import_`.
    """
    if opts is None or opts.import_ is None:
        return
    way = (
        "leave it out, and the first up takes over the membership that exists"
        if kind == "ProjectMembership"
        else "give adopt=, the account's number, instead, and the first up takes it over"
    )
    raise pulumi.RunError(
        f"{kind} {resource_name!r}: Pulumi cannot import a dynamic resource by "
        f"ResourceOptions(import_=…): {way}."
    )


def wrapped(secret: pulumi.Input[str] | None) -> pulumi.Output[str] | None:
    """Wrap a secret, however it was given."""
    return None if secret is None else pulumi.Output.secret(secret)


def keeping_secret(opts: pulumi.ResourceOptions | None, *outputs: str) -> pulumi.ResourceOptions:
    """Keep outputs encrypted through create, refresh, update and replacement."""
    secret = pulumi.ResourceOptions(additional_secret_outputs=list(outputs))
    return pulumi.ResourceOptions.merge(secret, opts)


def refuse_plain_secret() -> None:
    """Refuse a secret that stands in clear in the stack's configuration file."""
    key = f"{NAMESPACE}:secret"
    if pulumi.Config(NAMESPACE).get("secret") and not is_config_secret(key):
        raise ProgramConfigurationError(
            "mixpanel:secret stands in clear in the stack's configuration. Set it anew with: "
            "pulumi config set --secret mixpanel:secret; and give the login a new secret, for this "
            "one may have been seen."
        )


def _instant_of(value: pulumi.Input[str | datetime] | None) -> pulumi.Input[str] | None:
    """Write a datetime as text; one without a zone is left so, for check() to refuse it."""

    def text(instant: str | datetime) -> str:
        if not isinstance(instant, datetime):
            return instant
        return instant.isoformat() if instant.tzinfo is None else format_instant(instant)

    if not isinstance(value, (pulumi.Output, Awaitable)):
        return None if value is None else text(value)
    instant: pulumi.Output[Any] = pulumi.Output.from_input(value)
    return instant.apply(text)


class ProjectMembership(InOrganization, Resource, module="mixpanel", name="ProjectMembership"):
    """A service account's role in one project.

    Args:
        resource_name: The resource's name in the stack.
        project_id: The project's number. A change replaces the membership.
        role: `admin`, `analyst`, `consumer`, or one of the organization's own (grade S). A change
            is made in place.
        service_account_id: The account's number, or a ServiceAccount's `id`, which is that number
            as a string. A change replaces the membership.
        service_account: The account itself, instead of its number: takes its organization and
            region too. The membership is deleted by a call of its own, also if the account is
            deleted with it: whether the account really goes is unknown before.
        organization_id: The organization's number. Default: the account's, else the
            configuration's. A changed argument replaces the membership.
        region: `us`, `eu` or `in`: the project's own, where it is another than the account's
            (wire.md, fact 10; grade T). The same.
        opts: Pulumi's own options.

    Attributes:
        home: Where the membership lives: `base_url` and `organization_id`.
        granted_role: The server's own word for the role, where it was read back.

    Raises:
        ProgramError: Both of `service_account` and `service_account_id` are given, or neither; the
            account rotates; or its own `projects` lists the project already.
        ConfigurationError: `mixpanel:secret` was set without `--secret`.
    """

    service_account_id: pulumi.Output[int]
    project_id: pulumi.Output[int]
    role: pulumi.Output[str]
    region: pulumi.Output[str | None]
    granted_role: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        project_id: pulumi.Input[int | str],
        role: pulumi.Input[str],
        service_account_id: pulumi.Input[int | str] | None = None,
        service_account: ServiceAccount | None = None,
        organization_id: pulumi.Input[int | str] | None = None,
        region: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        refuse_plain_secret()
        called = check_name_and_options("ProjectMembership", resource_name, opts)
        refuse_import("ProjectMembership", resource_name, opts)
        given = [one for one in (service_account, service_account_id) if one is not None]
        # Mocks of a unit test may leave out the number that a lookup finds.
        if len(given) > 1 or not (given or is_mocked()):
            raise ProgramError(
                f"ProjectMembership {resource_name!r} takes either service_account or "
                "service_account_id."
            )
        if service_account is not None:
            _refuse_rotating(resource_name, service_account)
            _refuse_listed(resource_name, service_account, project_id)
        opts = with_component_provider(opts, Provider)
        whose = service_account_id if service_account is None else service_account
        place = (effective_provider(opts), organization_id, region)
        refuse_second_membership(resource_name, whose, project_id, place)
        if service_account is not None:
            service_account_id = service_account.service_account_id
            organization_id = (
                service_account.organization_id if organization_id is None else organization_id
            )
            region = service_account._region if region is None else region  # noqa: SLF001
        properties: dict[str, Any] = {
            "service_account_id": service_account_id,
            "project_id": project_id,
            "role": role,
            "organization_id": organization_id,
            "region": region,
            "home": None,
            "granted_role": None,
        }
        super().__init__(
            _ProjectMembershipProvider(),
            resource_name,
            checked_arguments(called, properties),
            opts,
        )


def _refuse_rotating(resource_name: str, account: object) -> None:
    if not isinstance(account, ServiceAccount):
        raise ProgramError(
            f"ProjectMembership {resource_name!r}: service_account takes a ServiceAccount; "
            f"{type(account).__name__} was given. Give a RotatingServiceAccount its projects with "
            "`projects`: a rotation would take the previous account's access away."
        )


def _refuse_listed(resource_name: str, account: ServiceAccount, project_id: object) -> None:
    listed = account._listed  # noqa: SLF001
    entries = listed if isinstance(listed, Sequence) else ()
    numbers = [entry.get("project_id") for entry in entries if isinstance(entry, Mapping)]
    if isinstance(project_id, int) and project_id in [n for n in numbers if isinstance(n, int)]:
        raise ProgramError(
            f"ProjectMembership {resource_name!r}: project {project_id} is in the list `projects` "
            "of its service account already; manage it in one place, there or here."
        )


__all__ = ["ProjectMembership", "ProjectRole", "Provider", "ServiceAccount"]
