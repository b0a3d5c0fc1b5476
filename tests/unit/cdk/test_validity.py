"""The templates as two linters see them: AWS's own for CloudFormation, and one for how things are best set up."""

import json
import subprocess
import sys
from pathlib import Path

from tests.patience import LIMIT_S

DEPLOY = Path(__file__).parents[3] / "deploy"
# In an environment of its own: it pins another boto3 than ours.
CHECKOV = (
    *(sys.executable, "-m", "uv", "run", "--quiet", "--no-project", "--isolated", "--python", sys.executable),
    *("--with-requirements", str(DEPLOY / "checkov.txt"), "checkov"),
    *("--config-file", str(DEPLOY / "cdk" / "checkov.yaml"), "--output", "json"),
)


def test_cfn_lint_finds_nothing(cdk_out: Path) -> None:
    templates = sorted(map(str, cdk_out.glob("*.template.json")))
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--regions", "eu-central-1", "--template", *templates]

    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT_S)

    assert len(templates) == 4
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_checkov_finds_nothing_that_has_no_reason(cdk_out: Path) -> None:
    """Asked of the template in which everything is chosen that can be: what is optional is there."""
    templates = [str(cdk_out / f"{name}.template.json") for name in ("Complete", "Account")]

    done = subprocess.run(
        [*CHECKOV, "--file", *templates], capture_output=True, text=True, check=False, timeout=LIMIT_S
    )

    found = json.loads(done.stdout)
    failed = [f"{each['check_id']} {each['resource']}" for each in found["results"]["failed_checks"]]
    assert not failed
    assert found["summary"]["passed"] > 90
    assert found["summary"]["parsing_errors"] == 0
