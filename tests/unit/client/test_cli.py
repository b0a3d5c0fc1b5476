import subprocess
import sys

import pytest

from sentinel.cli import COMMANDS, run_command_line


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["--help"]) == 0
    out = capsys.readouterr().out
    for name in COMMANDS:
        assert f"  {name} " in out


def test_an_unknown_command_is_a_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["exce"]) == 2
    assert "exce" in capsys.readouterr().err


def test_exec_without_a_command_says_what_to_write(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["exec", "dev", "--"]) == 2
    assert "sentinel exec PROFILE -- COMMAND" in capsys.readouterr().err


def test_an_unexpected_error_shows_its_kind_and_nothing_it_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(COMMANDS, "broken", ("builtins", "no secret may be in here", "Fail."))
    assert run_command_line(["broken"]) == 1
    err = capsys.readouterr().err
    assert "unexpected error: AttributeError" in err
    assert "no secret may be in here" not in err
    with pytest.raises(AttributeError):
        run_command_line(["--debug", "broken"])


@pytest.mark.parametrize("module", ["sentinel.cli", "sentinel.commands.credentials"])
def test_a_start_imports_neither_an_http_client_nor_an_sdk_nor_the_api(module: str) -> None:
    program = f"import sys, {module}; print(*sorted(name for name in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert module in loaded
    assert not {"aiohttp", "botocore", "rich", "yaml", "sentinel.api"} & set(loaded)
