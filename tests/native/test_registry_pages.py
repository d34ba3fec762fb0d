"""What the public registry of Pulumi shows: two pages with front matter, current and complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pulumi_mixpanel.plugin.schema import make_schema

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "typescript": "typescript/index.ts",
    "python": "python/__main__.py",
    "go": "go/main.go",
    "yaml": "yaml/Pulumi.yaml",
}
CHOICE = re.compile(
    r"{{% choosable language (\w+) %}}\n\n```\w+\n(.*?)\n```\n\n{{% /choosable %}}", re.DOTALL
)


@pytest.mark.parametrize("page", ["_index", "installation-configuration"])
def test_a_page_has_its_front_matter(page: str) -> None:
    """A title, a description of a sentence, and the registry's layout."""
    lines = (ROOT / "docs" / f"{page}.md").read_text().splitlines()
    assert [lines[0], lines[4]] == ["---", "---"]
    assert [line.partition(":")[0] for line in lines[1:4]] == ["title", "meta_desc", "layout"]
    assert lines[3] == "layout: package"


def test_the_overview_shows_the_examples_as_they_are() -> None:
    """In each language that has one; the nightly workflow runs them."""
    shown = dict(CHOICE.findall((ROOT / "docs" / "_index.md").read_text()))
    examples = ROOT / "examples" / "native"
    assert shown == {
        language: (examples / file).read_text().strip() for language, file in FILES.items()
    }


def test_every_key_of_the_configuration_is_explained() -> None:
    """In the order of the schema."""
    page = (ROOT / "docs" / "installation-configuration.md").read_text()
    keys = re.findall(r"^\| `mixpanel:(\w+)` \|", page, re.MULTILINE)
    assert keys == list(make_schema()["config"]["variables"])


def test_the_schema_has_what_the_registry_shows() -> None:
    """Each type, property, resource and function has a text, in a program's own names."""
    schema = make_schema()
    assert {"displayName", "description", "publisher", "license"} <= set(schema)
    assert {"kind/native", "category/infrastructure"} <= set(schema["keywords"])
    parts = [*schema["resources"].values(), *schema["functions"].values()]
    assert all(one["description"] for one in parts)
    for resource in schema["resources"].values():
        for properties in (resource["properties"], resource["inputProperties"]):
            assert all(one.get("description") for one in properties.values())
    assert re.findall(r"`[a-z]+_[a-z_]+`", str(schema)) == []
