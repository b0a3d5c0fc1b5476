"""What the admin function imports before its first request."""

import subprocess
import sys

LOADED = "import sys, services.admin.handler; sys.exit('slack_sdk' in sys.modules)"


def test_a_cold_start_without_slack_does_not_pay_for_slacks_library() -> None:
    subprocess.run([sys.executable, "-c", LOADED], check=True)
