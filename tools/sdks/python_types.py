"""Types for the Python SDK's own code, which Pulumi's generator leaves half untyped.

Types are only inserted into the generated text: annotations, type arguments, and `cast`, which
returns its argument. Two names change: the first parameter `__self__` becomes `self`, as pyright
asks, and the stub of the configuration gets the names that its module has. A test compares the
code before and after without its types.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

_IMPORT = "import typing as _typing\n"
_Function = ast.FunctionDef | ast.AsyncFunctionDef

PARAMETERS = {
    "args": "_typing.Any",
    "default": "_typing.Any",
    "fullname": "str",
    "kwargs": "_typing.Any",
    "mod_info": "_typing.Mapping[str, _typing.Any]",
    "opts": "_typing.Any",
    "pkg_info": "_typing.Mapping[str, str]",
    "resource_args_type": "type[_typing.Any]",
    "resource_modules": "_typing.Any",  # a string of JSON, then what it holds
    "resource_options_type": "type[pulumi.ResourceOptions]",
    "resource_packages": "_typing.Any",
}
"""Types of the parameters that have none, by name."""

RETURNS = {
    "_get_semver_version": "SemverVersion",
    "_lazy_import_temp": "_typing.Any",
    "deprecated_fn": "_typing.Any",
    "get_env": "_typing.Optional[str]",
    "get_env_bool": "_typing.Optional[bool]",
    "get_env_float": "_typing.Optional[float]",
    "get_env_int": "_typing.Optional[int]",
    "get_plugin_download_url": "_typing.Optional[str]",
    "get_resource_args_opts": "tuple[_typing.Any, _typing.Any]",
    "get_version": "str",
    "lazy_import": "_typing.Any",
    "lifted_func": "_typing.Any",
    "version": "SemverVersion",
}
"""What functions return that have no type for it, by name."""

GENERICS = {
    "dict": "[str, _typing.Any]",
    "set": "[_typing.Any]",
    "typing.Callable": "[..., _typing.Any]",
}
"""Arguments of the generic types that the generator writes without."""

CASTS = {
    "importlib.util.find_spec(fullname)": "_typing.Any",
    "lambda _: lifted_func": "typing.Callable[[_F], _F]",
    "pep440_version.release": "tuple[int, int, int]",
    "resolved_args['kwargs']": "_typing.Any",
}
"""Expressions of the generator's own module that know more than their types say."""

CAST_ARGUMENTS = {"pulumi.Output.from_input": 0, "super.__init__": 2}
"""Calls of Pulumi's SDK, and which argument has a type that only the checkers cannot match."""


class UnknownCodeError(ValueError):
    """The generator wrote a function that no rule gives a type."""


def add_types(package: Path) -> None:
    """Add the types to every module of a generated package, and pack its stub.

    Args:
        package: The folder of the modules.

    Raises:
        UnknownCodeError: There is no rule for a function, which the message names.
    """
    for path in sorted(package.rglob("*.py")):
        path.write_text(typed(path.read_text(), path.name))
    stub = package / "config" / "__init__.pyi"
    stub.write_text(spelled_as_in(stub.read_text(), (package / "config" / "vars.py").read_text()))
    project = package.parent / "pyproject.toml"
    project.write_text(project.read_text().replace('["py.typed",', '["py.typed", "config/*.pyi",'))


def spelled_as_in(stub: str, module: str) -> str:
    """Return the configuration's stub with the names of its module: `base_url`, not `baseUrl`."""
    for key, name in re.findall(r"def (\w+)\(self\).*?__config__\.\w+\('(\w+)'", module, re.DOTALL):
        stub = re.sub(rf"^{name}:", f"{key}:", stub, flags=re.MULTILINE)
    return stub


def typed(source: str, name: str) -> str:
    """Return the text of a generated module with types.

    Args:
        source: The text.
        name: The module's name, for messages.

    Raises:
        UnknownCodeError: There is no rule for a function, which the message names.
    """
    return _Typist(source.replace("__self__", "self"), name).typed()


class _Typist(ast.NodeVisitor):
    """Collect what is to be inserted into a module; places are offsets in bytes."""

    def __init__(self, source: str, name: str) -> None:
        self._text, self._name = source.encode(), name
        self._tree = ast.parse(source)
        self._lines = [0]
        for line in self._text.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._class = ast.ClassDef("", [], [], [], [])
        self._insertions: dict[int, str] = {}

    def typed(self) -> str:
        """Return the text with everything inserted."""
        self.visit(self._tree)
        if self._insertions:
            imports = (one for one in self._tree.body if isinstance(one, ast.Import))
            self._insert(self._start(next(imports)), _IMPORT)
        text = self._text
        for place, inserted in sorted(self._insertions.items(), reverse=True):
            text = text[:place] + inserted.encode() + text[place:]
        return text.decode()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Note the class that the functions below stand in."""
        outer, self._class = self._class, node
        self._complete(*node.bases)
        self.generic_visit(node)
        self._class = outer

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Annotate what a function takes and returns, and cast what a getter returns."""
        self._annotate(node)
        self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        """Complete the types of a coroutine, which has all."""
        self._annotate(node)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Annotate the arguments of a lookup: the first one's type is not that of the others."""
        if ast.unparse(node) == "__args__ = dict()":
            self._insert(self._end(node.targets[0]), ": dict[str, _typing.Any]")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Cast an argument, and complete the bound of a type variable."""
        called = re.sub(r"^super\(.+?\)", "super", ast.unparse(node.func))
        if called in CAST_ARGUMENTS and isinstance(node.args[CAST_ARGUMENTS[called]], ast.Name):
            self._cast(node.args[CAST_ARGUMENTS[called]], "_typing.Any")
        self._complete(*(one.value for one in node.keywords if one.arg == "bound"))
        self.generic_visit(node)

    def generic_visit(self, node: ast.AST) -> None:
        """Cast what the table of casts names."""
        if isinstance(node, ast.expr) and (kind := CASTS.get(ast.unparse(node))):
            self._cast(node, kind)
        super().generic_visit(node)

    def _annotate(self, node: _Function) -> None:
        given = node.args
        every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
        every += [one for one in (given.vararg, given.kwarg) if one is not None]
        for one in every:
            if one.annotation is None and one.arg != "self":
                self._insert(self._end(one), f": {self._parameter(node, one.arg)}")
        if node.returns is not None:
            self._complete(*ast.walk(node.returns))
            kind = node.returns
            quoted = isinstance(kind, ast.Constant) and kind.value
            self._cast_gotten(node, str(quoted or ast.unparse(kind)))
            return
        defaults = (one for one in (*given.defaults, *given.kw_defaults) if one is not None)
        last = max([self._start(node), *map(self._end, every), *map(self._end, defaults)])
        self._insert(self._text.index(b")", last) + 1, f" -> {self._return(node)}")

    def _parameter(self, function: _Function, name: str) -> str:
        if name == "__props__":
            return f"_typing.Optional[{self._class.name}Args]"
        for getter in self._class.body if function.name == "__init__" else ():
            if isinstance(getter, _Function) and getter.name == name and getter.returns:
                return f"_typing.Optional[{ast.unparse(getter.returns)}]"
        if name in PARAMETERS:
            return PARAMETERS[name]
        raise UnknownCodeError(f"{self._name}: no type for {name} of {function.name}")

    def _return(self, function: _Function) -> str:
        if function.name == "__await__":
            base = ast.unparse(self._class.bases[0])
            return f"_typing.Generator[_typing.Any, _typing.Any, {base}]"
        if function.name in RETURNS:
            return RETURNS[function.name]
        if any(isinstance(one, ast.Return) for one in ast.walk(function)):
            raise UnknownCodeError(f"{self._name}: no type for what {function.name} returns")
        return "None"

    def _cast_gotten(self, function: _Function, kind: str) -> None:
        """Cast the result of a getter, or of a class that is found by its name."""
        for one in function.body:
            if isinstance(one, ast.Return) and isinstance(one.value, ast.Call):
                called = ast.unparse(one.value.func)
                if called in ("pulumi.get", "Provider", "TheClass"):
                    self._cast(one.value, kind)

    def _complete(self, *kinds: ast.AST) -> None:
        complete = {one.value for one in kinds if isinstance(one, ast.Subscript)}
        for kind in kinds:
            if isinstance(kind, ast.Name | ast.Attribute) and kind not in complete:
                self._insert(self._end(kind), GENERICS.get(ast.unparse(kind), ""))

    def _cast(self, node: ast.expr, kind: str) -> None:
        """Wrap in a cast, whose type is a string: nothing of it is evaluated."""
        self._insert(self._start(node), f'_typing.cast("{kind}", ')
        self._insert(self._end(node), ")")

    def _insert(self, place: int, text: str) -> None:
        self._insertions[place] = self._insertions.get(place, "") + text

    def _start(self, node: ast.expr | ast.stmt) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr | ast.arg) -> int:
        return self._lines[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
