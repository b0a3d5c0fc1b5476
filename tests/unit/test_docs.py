"""The documentation is what the code says."""

import html
import json
import re
from pathlib import Path

import click
import pytest

from deploy.docs.pages import DOCS, PAGES
from sentinel.cli import cli


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_what_the_code_generates(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run `make pages` and commit the result"


def test_the_files_that_own_the_terms_of_the_glossary_exist() -> None:
    rows = [line for line in (DOCS / "glossary.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    owners = re.findall(r"\| `([\w/.-]+)` \|$", "\n".join(rows), re.MULTILINE)
    headings = sum(row.endswith("| owner |") for row in rows)
    assert len(owners) == len(rows) - headings > 0
    assert [owner for owner in owners if not (DOCS.parent / owner).is_file()] == []


def test_the_files_to_read_for_security_exist_and_fit_an_afternoon() -> None:
    page = (DOCS / "security-reading.md").read_text(encoding="utf-8")
    files = re.findall(r"^\d+\. \[([\w/.]+)\]\(\.\./\1\): .+\.$", page, re.MULTILINE)
    assert len(files) == len(re.findall(r"^\d+\. ", page, re.MULTILINE)) == len(set(files)) > 0
    assert sum(len((DOCS.parent / file).read_text(encoding="utf-8").splitlines()) for file in files) <= 2900


def test_the_page_on_guardrails_names_each_of_their_statements_and_no_other() -> None:
    page = (DOCS / "guardrails.md").read_text(encoding="utf-8")
    named = {
        sid for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE) for sid in re.findall(r"`([A-Z]\w+)`", row)
    }
    policies = (DOCS.parent / "deploy" / "policies" / "generated").glob("[rs]cp-*.json")
    statements = [each for policy in policies for each in json.loads(policy.read_text(encoding="utf-8"))["Statement"]]
    assert {each["Sid"] for each in statements} == named


def pages() -> list[Path]:
    """Give the pages that people read first, and those they lead to."""
    return [DOCS.parent / "README.md", DOCS.parent / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_a_page_leads_to_files_that_exist(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s:#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def shown_commands() -> list[str]:
    """Give every `sentinel …` of the README, the troubleshooting page and the recorded terminal."""
    texts = [(DOCS.parent / "README.md").read_text(encoding="utf-8"), (DOCS / "troubleshooting.md").read_text("utf-8")]
    svg = re.sub(r"<[^>]+>", "", (DOCS / "terminal.svg").read_text(encoding="utf-8"))
    texts.append(html.unescape(svg).replace("\N{NO-BREAK SPACE}", " "))
    shown = {words for text in texts for words in re.findall(r"(?:`|    |\$ )sentinel ((?:[a-z][\w-]* ?)+)", text)}
    return sorted(shown)


@pytest.mark.parametrize("shown", shown_commands())
def test_a_command_that_a_page_shows_exists(shown: str) -> None:
    command: click.Command = cli
    context = click.Context(cli)
    for word in shown.split():
        if not isinstance(command, click.Group):
            break
        found = command.get_command(context, word)
        assert found is not None, f"there is no command {word} in {shown!r}"
        command = found
    assert not command.hidden
