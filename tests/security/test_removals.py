"""Every row of the threat table declares how its control can be taken away, and what is declared fits today's code."""

import sys
from functools import partial
from pathlib import Path

import pytest

from deploy.docs.threats import table
from deploy.docs.threats.__main__ import choose
from deploy.docs.threats.removing import RemovalError, Word, attempt, broken, files_of, fingerprint, judge, remove
from deploy.docs.threats.table import PROJECT, Removal, load_removals, load_threats

REMOVALS = load_removals()
REMOVAL = Removal(
    id="VND-1", what="The guard is gone", file="shared/guard.py", find="return False", replace="return True"
)


def test_no_file_of_rows_or_removals_is_left_out() -> None:
    folder = PROJECT / "docs/threats"
    written = {file.stem for file in folder.glob("*.toml")} - {"accepted"}
    assert written == {file.stem for file in (folder / "removals").glob("*.toml")} == set(table.BOUNDARIES)


def test_every_row_declares_a_removal_and_every_removal_is_of_a_row() -> None:
    assert {removal.id for removal in REMOVALS} == {threat.id for threat in load_threats()}


@pytest.mark.parametrize(
    ("rows", "words"), [(("VND-1", "VND-99"), "is removed of: VND-99"), (("VND-1",), "not there: AUT-1, ")]
)
def test_a_row_without_a_removal_and_a_removal_without_a_row_are_errors(
    monkeypatch: pytest.MonkeyPatch, rows: tuple[str, ...], words: str
) -> None:
    known = load_threats()
    made = [known[0].model_copy(update={"id": row}) for row in rows]
    monkeypatch.setattr(table, "load_threats", lambda: [*(known if len(rows) > 1 else ()), *made])
    with pytest.raises(ValueError, match=words):
        load_removals()


@pytest.mark.parametrize("removal", REMOVALS, ids=lambda removal: f"{removal.id} {removal.what}")
def test_a_removal_fits_the_code_as_it_is(removal: Removal) -> None:
    remove(removal, (PROJECT / removal.file).read_text(encoding="utf-8"))


def test_no_removal_leaves_a_file_that_is_no_python_or_names_what_is_not_there(tmp_path: Path) -> None:
    for number, removal in enumerate(REMOVALS):
        if removal.file.endswith(".py"):
            text = remove(removal, (PROJECT / removal.file).read_text(encoding="utf-8"))
            (tmp_path / f"{removal.id}_{number}.py").write_text(text, encoding="utf-8")
    assert broken(tmp_path) == ""


@pytest.mark.parametrize("text", ['print(f"{len("a")}")\n', "import\n", "print(gone)\n"])
def test_what_the_oldest_supported_python_cannot_read_or_find_is_broken(tmp_path: Path, text: str) -> None:
    (tmp_path / "removed.py").write_text(text, encoding="utf-8")
    assert "removed.py" in broken(tmp_path)


def test_a_text_that_is_not_there_or_is_there_twice_is_no_removal() -> None:
    for text in ("return None", "return False\nreturn False"):
        with pytest.raises(RemovalError, match=r"VND-1: shared/guard\.py holds the text to find [02] times"):
            remove(REMOVAL, text)


def test_a_removal_that_changes_nothing_is_none() -> None:
    with pytest.raises(RemovalError, match="would stay as it is"):
        remove(REMOVAL.model_copy(update={"replace": REMOVAL.find}), "return False")


@pytest.mark.parametrize(
    ("found", "word"),
    [
        ("", Word.UNNOTICED),
        ('<failure message="assert 1 == 2"/>', Word.NOTICED),
        ('<error message="failed on teardown with it"/>', Word.NOTICED),
        ('<error message="failed on setup with it"/>', Word.ERROR),
        ('<error message="collection failure"/>', Word.ERROR),
    ],
)
def test_only_a_test_that_ran_and_failed_has_noticed(found: str, word: Word) -> None:
    report = f'<testsuites><testcase classname="x" name="test_x">{found}</testcase></testsuites>'
    assert judge(REMOVAL, int(bool(found)), report).word is word


def test_a_run_that_ended_before_its_report_is_an_error() -> None:
    assert judge(REMOVAL, 3, "<testsuites/>").word is Word.ERROR


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of two files: a guard, and tests of it."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "shared").mkdir()
    (folder / "shared/__init__.py").touch()
    (folder / REMOVAL.file).write_text("def guard():\n    return False\n")
    (folder / "tests").mkdir()
    head = "from shared.guard import guard\n"
    (folder / "tests/test_noticing.py").write_text(f"{head}def test_it(): assert not guard()\n")
    (folder / "tests/test_blind.py").write_text(f"{head}def test_it(): guard()\n")
    (folder / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n')
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


class TestATrial:
    @pytest.mark.parametrize(
        ("replace", "test", "word"),
        [
            ("return True", "tests/test_noticing.py::test_it", Word.NOTICED),
            ("return True", "tests/test_blind.py::test_it", Word.UNNOTICED),
            ("return True", "tests/test_nowhere.py::test_it", Word.ERROR),
            ("return undefined", "tests/test_noticing.py::test_it", Word.ERROR),
            ("return (", "tests/test_noticing.py::test_it", Word.ERROR),
            ("return False\nimport nothing_of_the_kind", "tests/test_noticing.py::test_it", Word.ERROR),
        ],
    )
    def test_ends_with_a_word_and_leaves_the_copy_as_it_was(
        self, copy: Path, replace: str, test: str, word: Word
    ) -> None:
        file = copy / REMOVAL.file
        before = file.read_text()
        trial = attempt(REMOVAL.model_copy(update={"replace": replace}), [test], copy)
        assert (trial.word, file.read_text()) == (word, before), trial.detail


class TestTheChoice:
    def test_of_a_sample_depends_on_the_revision_alone(self) -> None:
        samples = [choose("3", REMOVALS, partial(str, revision)) for revision in ("a", "a", "b")]
        assert samples[0] == samples[1] != samples[2]
        assert [len(sample) for sample in samples] == [3] * 3

    def test_may_be_all_none_or_those_of_a_row(self) -> None:
        assert choose("all", REMOVALS, str) == REMOVALS
        assert choose("none", REMOVALS, str) == ()
        assert {removal.id for removal in choose("AUT-1,VND-1", REMOVALS, str)} == {"AUT-1", "VND-1"}

    def test_names_a_row_that_is_not_there(self) -> None:
        with pytest.raises(LookupError, match="AUT-99"):
            choose("AUT-1,AUT-99", REMOVALS, str)


def test_the_files_have_one_name_for_each_state(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__/b").write_text("1")
    assert files_of(tmp_path) == ["a"]
    first = fingerprint(tmp_path)
    (tmp_path / "__pycache__/b").write_text("2")
    assert fingerprint(tmp_path) == first
    (tmp_path / "a").write_text("2")
    assert fingerprint(tmp_path) != first
