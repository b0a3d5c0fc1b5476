"""A sample of removed controls, another one for every state of the files: the tests of each row have to notice."""

import sys
from subprocess import PIPE, run

from deploy.docs.threats.table import PROJECT
from tests.patience import LIMIT_S


def test_the_tests_of_a_threat_notice_when_its_control_is_removed() -> None:
    command = [sys.executable, "-m", "deploy.docs.threats", "--only-removals", "--removals", "2"]
    finished = run(command, cwd=PROJECT, stdout=PIPE, text=True, check=False, timeout=LIMIT_S)
    assert finished.returncode == 0, finished.stdout
