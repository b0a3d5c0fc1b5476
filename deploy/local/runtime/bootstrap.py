"""The process of an execution environment: installs the strict AWS check, then runs AWS's runtime client.

The process exits when its standard input closes, which means that the stack has ended.
"""

import os
import sys
import threading

from deploy.local.deployment import strict_context
from deploy.local.strict import install


def main() -> None:
    """Install the check and poll for invocations until standard input closes."""
    threading.Thread(target=_end_with_stack, daemon=True).start()
    install(strict_context())
    from awslambdaric import bootstrap  # noqa: PLC0415 - after the check is installed
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient  # noqa: PLC0415 - as above

    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    bootstrap.run(sys.argv[1], LambdaRuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"]))


def _end_with_stack() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
