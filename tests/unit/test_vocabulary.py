"""The vocabulary check of `make lint` refuses every word of docs/vocabulary.txt."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORDS = [line.split("->")[0] for line in (ROOT / "docs/vocabulary.txt").read_text(encoding="utf-8").splitlines()]


def refused(lines: list[str], folder: Path) -> list[str]:
    """The lines that codespell refuses with the configuration of pyproject.toml; it fails if there are any."""
    page = folder / "page.md"
    page.write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "codespell_lib", str(page)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    numbers = [int(found.removeprefix(f"{page}:").split(":")[0]) for found in done.stdout.splitlines()]
    assert (done.returncode != 0) == bool(numbers), done.stderr
    return [lines[number - 1] for number in numbers]


def test_every_word_and_phrase_of_the_vocabulary_is_refused(tmp_path: Path) -> None:
    lines = [f"An engineer reads {word} here." for word in WORDS]
    assert refused(lines, tmp_path) == lines


def test_a_word_is_found_in_any_case_and_within_a_name(tmp_path: Path) -> None:
    words = ["Nobody.", "NOBODY = 0", "[nobody]", "nobody's", "nobody-b"]  # codespell:ignore
    lines = [*words, "def test_nobody_reads_it(): ..."]  # codespell:ignore
    assert refused(lines, tmp_path) == lines


def test_code_and_longer_words_pass(tmp_path: Path) -> None:
    lines = ["if found is None:", "if any(x is None for x in them)", "goes one way", "besides"]
    assert refused(lines, tmp_path) == []
