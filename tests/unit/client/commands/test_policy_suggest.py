import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sentinel.cli import cli
from sentinel.commands.policy_suggest import NoSuggestionError
from sentinel.evidence.suggesting import verify
from sentinel.policy.files import UnusableInputError
from shared.documents import pack
from tests.evidence.company import POLICY
from tests.evidence.history import write_history

Run = Callable[..., Result]
PERIOD = ("--since", "2026-06-01T00:00:00Z", "--until", "2026-07-01T00:00:00Z")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command on the company's lines and its policy."""
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    Path("lines.gz").write_bytes(gzip.compress(b"\n".join(write_history())))
    Path("access.yaml").write_text(POLICY)

    def run(*options: str) -> Result:
        known = (*PERIOD, "--from", "lines.gz", "--policy", "access.yaml")
        return CliRunner().invoke(cli, ["policy", "suggest", *known, *options], standalone_mode=False)

    return run


def test_the_patch_has_the_reasons_and_leaves_everything_else_as_it_is(run: Run) -> None:
    ran = run()
    assert ran.return_value == 0
    assert "# ci: max_duration: no session was longer than 15m\n" in ran.stdout
    assert "# legacy: is left out: nothing was allowed by it in this time\n" in ran.stdout
    patch = ran.stdout[ran.stdout.index("--- access.yaml\n") :]
    assert [line[1:] for line in patch.splitlines()[2:] if line.startswith("-")] == [
        "      profiles: [prod-*]",
        '      users: ["*"]',
        '        - "dev-*"    # all of them',
        "        - sandbox",
        "      users: [alice, bob, frank]",
        "      profiles: [staging-deploy, sandbox]",
        '      users: ["role/ci-*"]',
        "    max_duration: 1h",
        "    conditions: {profiles: [billing-read], users: [dan, erin]}",
        "",
        "  # Nothing is left of it.",
        "  - name: legacy",
        "    effect: allow",
        "    conditions:",
        "      profiles: [legacy-ops]",
    ]
    assert "183 allowed requests would still be allowed, by the same rules" in ran.stderr


def test_a_suggestion_of_the_suggestion_changes_nothing(run: Run) -> None:
    as_json = json.loads(run("--json").stdout)
    assert as_json["verified"] == 183
    Path("access.yaml").write_text(_patched(POLICY, as_json["patch"]))
    again = run()
    assert again.stdout == ""
    assert "nothing could be narrower" in again.stderr


def _patched(text: str, patch: str) -> str:
    """Apply a patch that is known to fit."""
    lines, at, new = text.splitlines(), 0, list[str]()
    for line in patch.splitlines()[2:]:
        if line.startswith("@@"):
            begin = int(line.split()[1].partition(",")[0].removeprefix("-")) - 1
            new += lines[at:begin]
            at = begin
        else:
            at += not line.startswith("+")
            new += [line[1:]] if line[:1] != "-" else []
    return "\n".join([*new, *lines[at:]]) + "\n"


def test_what_is_not_proven_is_not_printed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "_is_the_same", lambda *_: False)
    ran = run()
    assert isinstance(ran.exception, NoSuggestionError)
    assert "would not be allowed the same way" in ran.exception.message
    assert ran.stdout == ""


def test_nothing_is_suggested_where_nothing_was_used(run: Run) -> None:
    Path("lines.gz").write_bytes(b"")
    ran = run()
    assert isinstance(ran.exception, NoSuggestionError)
    assert ran.exception.message == "nothing was allowed by this policy in this time"


def test_lines_that_could_not_be_read_end_in_3(run: Run) -> None:
    Path("lines.gz").write_bytes(b"\n".join([*write_history(), b'{"kind":"sentinel.audit"']))
    ran = run()
    assert ran.return_value == 3
    assert "1 records could not be read" in ran.stderr


def test_a_packed_policy_is_unpacked_for_the_patch(run: Run) -> None:
    expected = run().stdout
    Path("access.yaml").write_text(pack(POLICY + f"# {'x' * 5000}\n", 4096))
    assert run().stdout == expected


def test_a_policy_that_is_not_valid_is_refused(run: Run) -> None:
    Path("access.yaml").write_text("rules: []\n")
    assert isinstance(run().exception, UnusableInputError)


def test_a_packed_policy_that_is_broken_is_refused(run: Run) -> None:
    Path("access.yaml").write_text(pack(POLICY + f"# {'x' * 5000}\n", 4096)[:-8])
    assert isinstance(run().exception, UnusableInputError)


def test_every_line_of_the_patch_ends_as_patch_reads_it_with_any_comment(run: Run) -> None:
    Path("access.yaml").write_text(POLICY.replace("# Who", "# \u2028# who"))
    patch = json.loads(run("--json").stdout)["patch"]
    assert "\\ No newline" not in patch
    assert all(line[:1] in "-+ @" for line in patch.removesuffix("\n").split("\n"))
