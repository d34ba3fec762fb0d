"""Write the pages of docs/terraform again, after a field of the core has changed.

python -m tools.terraform_docs.terraform_docs
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from msgspec import Struct

from mixpanel_service_accounts.resources.fields import Field, fields_of
from terraform_mixpanel.account_lookups import SOURCES
from terraform_mixpanel.attributes import Attribute, Kind
from terraform_mixpanel.data_sources import DataSource, attributes_in
from terraform_mixpanel.kinds import KINDS
from terraform_mixpanel.provider_block import ATTRIBUTES
from terraform_mixpanel.wire_values import is_list, is_map, is_struct

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "terraform"
EXAMPLES = Path(__file__).resolve().parent / "examples"

_SCALARS = {str: "string", int: "number", float: "number", bool: "bool"}
_CHANGES = {
    "replaces": "replaces",
    "in place": "in place",
    "rotates": "rotates",
    "first create": "none",
}
_IMPORTS = {
    "mixpanel_service_account": (
        "By `organization/number`, or the number alone:",
        "1001/5001",
        "`role` and `expires` may be left out of its configuration: the account keeps them.",
    ),
    "mixpanel_rotating_service_account": (
        (
            "By `organization/rotating/number`. The periods, which Mixpanel does not know, may "
            "follow: `/validity_period_hours/overlap_hours`, or these and `/early_renewal_hours`."
        ),
        "1001/rotating/5001/720/48",
        (
            "The periods count from the import. If the id does not have them, the first plan "
            "records them in one update in place, which makes no call; `rotate_when_changed` too."
        ),
    ),
    "mixpanel_project_membership": (
        "By `organization/account/project`:",
        "1001/5001/2001",
        "The account has to have a grant of its own in the project.",
    ),
}
"""What an import takes, an example, and what to know of it."""

_NOTICE = "<!-- Made from the fields by `python -m tools.terraform_docs.terraform_docs`. -->"


def pages() -> Mapping[Path, str]:
    """Return the text of every page by its path."""
    resources = {
        PAGES / "resources" / f"{_short(one.type_name)}.md": _resource(one) for one in KINDS
    }
    sources = {
        PAGES / "data-sources" / f"{_short(one.type_name)}.md": _source(one) for one in SOURCES
    }
    return {PAGES / "provider.md": _provider(), **resources, **sources}


def _short(type_name: str) -> str:
    return type_name.removeprefix("mixpanel_")


def _provider() -> str:
    return _page(
        "The provider `mixpanel`",
        "Every argument is optional, and each beats its environment variable ([guide](guide.md)).",
        "provider",
        _table("Arguments", _rows(ATTRIBUTES.values(), {}), changes=False),
    )


def _resource(kind: Kind) -> str:
    inputs: type[Struct] = kind.resource.Inputs
    given = [one for one in kind.attributes.values() if one.given]
    read = [one for one in kind.attributes.values() if one.role == "computed"]
    form, example, note = _IMPORTS[kind.type_name]
    return _page(
        f"`{kind.type_name}`",
        kind.description,
        kind.type_name,
        _table("Arguments", _rows(given, fields_of(inputs)), changes=True),
        _structures(given),
        _table("Attributes", _rows(read, {}), changes=False),
        f"## Import\n\n{form}\n\n```sh\nterraform import {kind.type_name}.exporter {example}\n"
        f"```\n\n{note}",
    )


def _source(source: DataSource) -> str:
    attributes = attributes_in(source)
    given = [one for one in attributes.values() if one.given]
    read = [one for one in attributes.values() if not one.given]
    return _page(
        f"Data source `{source.type_name}`",
        source.description,
        f"data_{source.type_name}",
        _table("Arguments", _rows(given, {}), changes=False),
        _table("Attributes", _rows(read, {}), changes=False),
        _structures(read),
    )


def _page(title: str, description: str, example: str, *sections: str) -> str:
    code = (EXAMPLES / f"{example}.tf").read_text(encoding="utf-8")
    parts = [_NOTICE, f"# {title}", description, f"```hcl\n{code}```", *sections]
    return "\n\n".join(one for one in parts if one) + "\n"


def _rows(attributes: Iterable[Attribute], fields: Mapping[str, Field]) -> Iterator[list[str]]:
    for one in attributes:
        needed = " (required)" if one.role == "required" else ""
        hidden = " Sensitive." if one.sensitive else ""
        field = fields.get(one.key)
        change = _CHANGES[field.change] if field and field.change else ""
        text = f"{one.description}{hidden}"
        yield [f"`{one.name}`{needed}", type_name(one.type), text, change]


def _table(heading: str, rows: Iterable[list[str]], *, changes: bool) -> str:
    """Return a table of attributes, with what a change does if they are a resource's arguments."""
    columns = ["name", "type", "meaning", "a change"][: 4 if changes else 3]
    lines = [columns, ["---"] * len(columns), *(row[: len(columns)] for row in rows)]
    body = "\n".join(
        f"| {' | '.join(one.replace('|', chr(92) + '|') for one in line)} |" for line in lines
    )
    return f"## {heading}\n\n{body}" if len(lines) > 2 else ""


def _structures(attributes: Iterable[Attribute]) -> str:
    """Return a table for each structure in the attributes, and for those inside it."""
    return "\n\n".join(table for one in attributes for table in _tables_of(one.name, one.type))


def _tables_of(name: str, kind: Any) -> Iterator[str]:  # noqa: ANN401 (a type)
    inner = get_args(kind)[0] if is_list(kind) else kind
    if not is_struct(inner):
        return
    fields = fields_of(inner).values()
    rows = [[f"`{one.name}`", type_name(one.type), one.description] for one in fields]
    heading = f"Each of `{name}`" if is_list(kind) else f"`{name}`"
    yield _table(heading, rows, changes=False)
    for one in fields:
        yield from _tables_of(one.name, one.type)


def type_name(kind: Any) -> str:  # noqa: ANN401 (a type)
    """Return what Terraform calls a type."""
    if is_list(kind):
        order = "set" if get_origin(kind) is list else "list"
        inner = get_args(kind)[0]
        return f"{order} of {'objects' if is_struct(inner) else type_name(inner) + 's'}"
    if is_map(kind):
        return f"map of {type_name(get_args(kind)[1])}s"
    return "object" if is_struct(kind) else _SCALARS[kind]


def main() -> None:
    """Write every page."""
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
