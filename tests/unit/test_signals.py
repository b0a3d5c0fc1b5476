"""The tests in the background, where a shell has the signals ignored: what they start heeds them all the same."""

import signal
import subprocess
import sys

import pytest

# Ignores a signal as a background job's parent does, then starts a child that ends by it, or tells that it did not.
JOB = """
import signal, subprocess, sys
from tests.signals import heed_signals

number = signal.Signals(int(sys.argv[1]))
signal.signal(number, signal.SIG_IGN)
heed_signals()
child = [sys.executable, "-S", "-c", f"import os; os.kill(os.getpid(), {int(number)}); print('lives')"]
ended = subprocess.run(child, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
signal.raise_signal(number)
print(ended.returncode, ended.stdout)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT, signal.SIGHUP])
def test_a_child_of_the_tests_ends_by_a_signal_that_a_background_job_ignores(number: signal.Signals) -> None:
    done = subprocess.run([sys.executable, "-c", JOB, str(int(number))], capture_output=True, text=True, check=True)
    assert done.stdout == f"{-number} b''\n"
