"""What runs inside an execution environment: the strict AWS check, then AWS's own runtime client.

Standard input is the leash: when it closes, the stack is gone and so is this process.
"""

import os
import sys
import threading

from deploy.local.place import strict_context
from deploy.local.strict import install


def main() -> None:
    """Install the check and poll for invocations until the stack lets go."""
    threading.Thread(target=_end_with_stack, daemon=True).start()
    install(strict_context())
    from awslambdaric import bootstrap  # noqa: PLC0415 - after the check is in place
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient  # noqa: PLC0415 - as above

    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    bootstrap.run(sys.argv[1], LambdaRuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"]))


def _end_with_stack() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
