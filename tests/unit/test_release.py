"""What a release compares before it publishes."""

from pathlib import Path

import pytest

from deploy.packages.checksums import CHECKSUMS, parse_checksums, render_checksums
from deploy.release import problems_of_build, problems_of_tag, record

HOME = "https://github.com/sentinel-vending/sentinel"
PROJECT_TEXT = f'[project]\nversion = "1.2.3"\nurls = {{ Homepage = "{HOME}" }}\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(PROJECT_TEXT, encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## [1.2.3] - 2026-11-28\n", encoding="utf-8")
    return tmp_path


def test_a_tag_of_the_version_in_the_project_s_own_repository_passes(project: Path) -> None:
    assert problems_of_tag("v1.2.3", HOME, project) == []


@pytest.mark.parametrize(
    ("tag", "repository", "problem"),
    [
        ("v1.2.4", HOME, "the tag is v1.2.4, and pyproject.toml has the version 1.2.3"),
        ("1.2.3", HOME, "the tag is 1.2.3, and"),
        ("v1.2.3", "https://github.com/other/sentinel", "the repository is https://github.com/other/sentinel, and"),
    ],
)
def test_another_tag_or_repository_stops_the_release(project: Path, tag: str, repository: str, problem: str) -> None:
    [found] = problems_of_tag(tag, repository, project)
    assert problem in found


def test_a_version_without_a_changelog_stops_the_release(project: Path) -> None:
    (project / "CHANGELOG.md").write_text("## [Unreleased]\n\nabout 1.2.3\n", encoding="utf-8")
    assert problems_of_tag("v1.2.3", HOME, project) == ["CHANGELOG.md has no heading `## [1.2.3] - <date>`"]


def test_a_build_has_to_give_the_committed_checksums(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"one")
    (tmp_path / CHECKSUMS).write_text(render_checksums([tmp_path / "a.zip"]), encoding="utf-8")
    [missing] = problems_of_build("1.2.3", tmp_path, tmp_path)
    assert missing.startswith("1.2.3.sha256 is not committed")
    record("1.2.3", tmp_path, tmp_path)
    assert problems_of_build("1.2.3", tmp_path, tmp_path) == []
    (tmp_path / "a.zip").write_bytes(b"two")
    (tmp_path / CHECKSUMS).write_text(built := render_checksums([tmp_path / "a.zip"]), encoding="utf-8")
    [other] = problems_of_build("1.2.3", tmp_path, tmp_path)
    assert other.endswith(f"other checksums than 1.2.3.sha256:\n{built}")


@pytest.mark.parametrize("line", ["x  a.zip", "0" * 64 + " a.zip", "0" * 64 + "  ../a.zip", "0" * 64 + "  a.zip "])
def test_a_line_that_is_no_hash_and_name_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="line 1 is not a SHA-256"):
        parse_checksums(line)
