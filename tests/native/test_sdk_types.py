"""The generated Python SDK gets types that both checkers accept, and is the same code otherwise."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.needs import needed
from tools.sdks import sdks
from tools.sdks.python_types import UnknownCodeError, add_types, spelled_as_in, typed

MINIATURE = """\
import pulumi
from typing import Any, Optional, Sequence
import builtins as _builtins


@pulumi.output_type
class Place(dict):
    @staticmethod
    def __key_warning(key: str):
        suggest = "base_url" if key == "baseUrl" else None
        if suggest:
            pulumi.log.warn(f"Key '{key}' … see '{suggest}'.")

    def get(self, key: str, default = None) -> Any:
        Place.__key_warning(key)
        return super().get(key, default)

    def __init__(__self__, *,
                 base_url: _builtins.str):
        pulumi.set(__self__, "base_url", base_url)

    @_builtins.property
    @pulumi.getter(name="baseUrl")
    def base_url(self) -> _builtins.str:
        return pulumi.get(self, "base_url")

    @_builtins.property
    @pulumi.getter
    def inner(self) -> 'Place':
        return pulumi.get(self, "inner")


@pulumi.output_type
class GetResult:
    def __init__(__self__, places=None):
        if places and not isinstance(places, list):
            raise TypeError("Expected argument 'places' to be a list")
        pulumi.set(__self__, "places", places)

    @_builtins.property
    @pulumi.getter
    def places(self) -> Sequence['Place']:
        return pulumi.get(self, "places")


class AwaitableGetResult(GetResult):
    def __await__(self):
        if False:
            yield self
        return GetResult(
            places=self.places)


def get_places(first: Optional[_builtins.int] = None,
               second: Optional[_builtins.str] = None) -> AwaitableGetResult:
    __args__ = dict()
    __args__['first'] = first
    __args__['second'] = second
    __ret__ = pulumi.runtime.invoke('a:index:getPlaces', __args__, typ=GetResult).value
    return AwaitableGetResult(
        places=pulumi.get(__ret__, 'places'))


@pulumi.input_type
class BotArgs:
    def __init__(__self__, *,
                 secret: pulumi.Input[Optional[_builtins.str]] = None):
        if secret is not None:
            pulumi.set(__self__, "secret", secret)

    @_builtins.property
    @pulumi.getter
    def secret(self) -> pulumi.Input[Optional[_builtins.str]]:
        return pulumi.get(self, "secret")

    @secret.setter
    def secret(self, value: pulumi.Input[Optional[_builtins.str]]):
        pulumi.set(self, "secret", value)


class Bot(pulumi.CustomResource):
    def __init__(__self__, resource_name: str, *args, **kwargs):
        __self__._internal_init(resource_name, *args, **kwargs)

    def _internal_init(__self__,
                 resource_name: str,
                 opts: Optional[pulumi.ResourceOptions] = None,
                 limit: pulumi.Input[Optional[_builtins.int]] = None,
                 __props__=None):
        if __props__ is None:
            __props__ = BotArgs.__new__(BotArgs)
            __props__.__dict__["limit"] = pulumi.Output.from_input(limit).apply(pulumi.runtime.to_json) if limit is not None else None
        super(Bot, __self__).__init__(
            'a:index:Bot',
            resource_name,
            __props__,
            opts)

    @_builtins.property
    @pulumi.getter
    def home(self) -> pulumi.Output['Place']:
        return pulumi.get(self, "home")
"""
"""A module with one of each kind of what the generator leaves untyped."""

PYTHON = Path(sys.executable)


def checked(folder: Path, text: str) -> None:
    """Check a module as script/sdks checks the package."""
    folder.mkdir()
    (folder / "miniature.py").write_text(text)
    sdks.check_types(folder, PYTHON)


def untyped(text: str) -> str:
    """Return code without annotations, casts, type arguments of bases, and what types need."""
    tree = ast.parse(text.replace("__self__", "self").replace("import typing as _typing\n", ""))
    return ast.unparse(_Without().visit(tree))


class _Without(ast.NodeTransformer):
    """Remove types; the names of the generator's own type variables and casts stay."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(node.arg)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:
            return node
        return ast.Assign([node.target], self.visit(node.value), lineno=0)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if ast.unparse(node.func) == "_typing.cast":
            return node.args[1]
        node.keywords = [one for one in node.keywords if one.arg != "bound"]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.bases = [one.value if isinstance(one, ast.Subscript) else one for one in node.bases]
        return self.generic_visit(node)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python SDK as Pulumi's generator writes it."""
    needed("go", how="install Go 1.24 or newer (https://go.dev/dl/)")
    folder = tmp_path_factory.mktemp("generated")
    sdks.run_generator("0.0.0", folder)
    return folder / "python"


def test_a_package_in_miniature_passes_both_checkers_with_its_types(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Without them mypy names each kind."""
    with pytest.raises(subprocess.CalledProcessError):
        checked(tmp_path / "before", MINIATURE)
    kinds = set(re.findall(r"\[([a-z-]+)\]$", capfd.readouterr().err, re.MULTILINE))
    assert kinds >= {"no-untyped-def", "no-any-return", "type-arg", "arg-type", "assignment"}
    checked(tmp_path / "after", typed(MINIATURE, "miniature.py"))


def test_what_is_inserted() -> None:
    """A line of each kind, and not more."""
    before, after = MINIATURE.splitlines(), typed(MINIATURE, "miniature.py").splitlines()
    after.remove("import typing as _typing")
    pairs = zip(before, after, strict=True)
    changed = [new.strip() for old, new in pairs if old.replace("__self__", "self") != new]
    assert changed == [
        "class Place(dict[str, _typing.Any]):",
        "def __key_warning(key: str) -> None:",
        "def get(self, key: str, default: _typing.Any = None) -> Any:",
        "base_url: _builtins.str) -> None:",
        'return _typing.cast("_builtins.str", pulumi.get(self, "base_url"))',
        'return _typing.cast("Place", pulumi.get(self, "inner"))',
        "def __init__(self, places: _typing.Optional[Sequence['Place']]=None) -> None:",
        'return _typing.cast("Sequence[\'Place\']", pulumi.get(self, "places"))',
        "def __await__(self) -> _typing.Generator[_typing.Any, _typing.Any, GetResult]:",
        "__args__: dict[str, _typing.Any] = dict()",
        "secret: pulumi.Input[Optional[_builtins.str]] = None) -> None:",
        'return _typing.cast("pulumi.Input[Optional[_builtins.str]]", pulumi.get(self, "secret"))',
        "def secret(self, value: pulumi.Input[Optional[_builtins.str]]) -> None:",
        "def __init__(self, resource_name: str, *args: _typing.Any, **kwargs: _typing.Any) -> None:",
        "__props__: _typing.Optional[BotArgs]=None) -> None:",
        '__props__.__dict__["limit"] = pulumi.Output.from_input(_typing.cast("_typing.Any", limit))'
        ".apply(pulumi.runtime.to_json) if limit is not None else None",
        '_typing.cast("_typing.Any", __props__),',
        'return _typing.cast("pulumi.Output[\'Place\']", pulumi.get(self, "home"))',
    ]
    assert untyped("\n".join(after)) == untyped(MINIATURE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def new(word): pass\n", "one.py: no type for word of new"),
        ("def new():\n    return 1\n", "one.py: no type for what new returns"),
    ],
)
def test_code_without_a_rule_is_refused(text: str, said: str) -> None:
    """A later generator writes something else: that is no reason to pass it over."""
    with pytest.raises(UnknownCodeError) as refused:
        typed("import pulumi\n" + text, "one.py")
    assert str(refused.value) == said


def test_the_stub_of_the_configuration_has_its_modules_names() -> None:
    """The generator spells them as the keys."""
    module = "class A:\n    def base_url(self) -> str:\n        return __config__.get('baseUrl')\n"
    stub = "baseUrl: Optional[str]\nregion: Optional[str]\n"
    assert spelled_as_in(stub, module) == "base_url: Optional[str]\nregion: Optional[str]\n"


def test_the_generated_package_is_the_same_code_with_its_types(generated: Path) -> None:
    """In every module; and its stub is packed, and has a name for each setting."""
    package = generated / sdks.PACKAGE
    before = {path: path.read_text() for path in package.rglob("*.py")}
    add_types(package)
    changed = [path for path, text in before.items() if path.read_text() != text]
    assert len(changed) > 8
    assert all(untyped(path.read_text()) == untyped(text) for path, text in before.items())
    stub = (package / "config" / "__init__.pyi").read_text()
    properties = re.findall(r"def (\w+)\(self\)", (package / "config" / "vars.py").read_text())
    assert re.findall(r"^(\w+): ", stub, re.MULTILINE) == properties
    assert '"config/*.pyi"' in (generated / "pyproject.toml").read_text()
