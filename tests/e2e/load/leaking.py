"""The vend handler with every leak a soak has to find: memory, objects, a descriptor and a task at each invocation."""

import asyncio
import os
from typing import Any

from services.vend.handler import handler as vend

_held: list[Any] = []


def handler(event: object, context: Any) -> dict[str, Any]:
    """Answer, and hold on to what the invocation took."""
    answer = vend(event, context)
    _held.append((os.urandom(100_000), [object() for _ in range(500)], os.open(os.devnull, os.O_RDONLY)))
    loop = vend.process.runner.get_loop()
    _held.append(loop.create_task(asyncio.sleep(3600)))
    return answer
