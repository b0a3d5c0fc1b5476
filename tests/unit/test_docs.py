"""The documentation is what the code says."""

import re

import pytest

from deploy.docs.pages import DOCS, PAGES


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
    assert sum(len((DOCS.parent / file).read_text(encoding="utf-8").splitlines()) for file in files) <= 2500
