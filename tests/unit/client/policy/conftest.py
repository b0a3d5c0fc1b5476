from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from moto import mock_aws

from sentinel.commands.policy import policy

EXAMPLES = Path(__file__).parents[4] / "examples" / "policies"
Sentinel = Callable[..., Result]


@pytest.fixture
def sentinel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sentinel:
    """`sentinel policy …` in an empty directory."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(policy, list(map(str, arguments)), input=stdin)

    return run


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty AWS account, and no configuration of the developer's."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "SENTINEL_PARAMETER_PREFIX", "SENTINEL_AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "absent")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        yield
