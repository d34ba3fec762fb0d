"""The pages of docs/terraform: made from the fields, and their configurations run."""

from __future__ import annotations

import json
import re

import pytest
from tests.terraform.cli import REQUIRED, ROOT, Workspace
from tools.terraform_docs.terraform_docs import EXAMPLES, PAGES, pages


def test_the_pages_follow_the_fields() -> None:
    """Each, and there is no other."""
    written = {
        path: path.read_text(encoding="utf-8")
        for folder in ("resources", "data-sources")
        for path in (PAGES / folder).glob("*.md")
    }
    written[PAGES / "provider.md"] = (PAGES / "provider.md").read_text(encoding="utf-8")
    assert written == pages()


@pytest.mark.parametrize("example", sorted(one.stem for one in EXAMPLES.glob("*.tf")))
def test_the_configuration_of_a_page_runs(real: Workspace, example: str) -> None:
    """As it stands; then a plan finds nothing to do."""
    configuration = (EXAMPLES / f"{example}.tf").read_text(encoding="utf-8")
    real.apply(configuration.replace(REQUIRED.strip(), ""))
    assert real.is_settled()


def test_the_pages_have_every_attribute(real: Workspace) -> None:
    """Of what the CLI itself says that there is."""
    real.write("")
    shown = json.loads(real.run("providers", "schema", "-json"))
    (provider,) = shown["provider_schemas"].values()
    text = {path.stem: page for path, page in pages().items() if path.parent.name == "resources"}
    for name, schema in provider["resource_schemas"].items():
        page = text[name.removeprefix("mixpanel_")]
        rows = set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE))
        assert set(schema["block"]["attributes"]) <= rows


def test_the_guide_names_every_page() -> None:
    """So that a reader finds it."""
    guide = (PAGES / "guide.md").read_text(encoding="utf-8")
    for path in pages():
        assert f"({path.relative_to(PAGES)})" in guide
    for example in (ROOT / "examples" / "terraform").glob("*/main.tf"):
        assert f"(../../{example.relative_to(ROOT)})" in guide
