"""Lambda 3, the admin API: the composition root. `handler` is built in the init phase."""

import asyncio
import os
from collections.abc import Mapping

from services.admin.whoami import health, whoami
from shared.edge.lambda_app import LambdaApp
from shared.edge.settings import load_settings
from shared.edge.traces import open_tracer


def wire(environ: Mapping[str, str]) -> LambdaApp:
    """Wire the service.

    Raises:
        InvalidSettingsError: the environment is not usable; the message lists every problem.

    """
    routes = {("GET", "/v1/whoami"): whoami, ("GET", "/v1/health"): health}
    return LambdaApp("admin", load_settings(environ), asyncio.Runner(), routes, open_tracer())


def __getattr__(name: str) -> LambdaApp:
    """Build `handler` when the runtime first asks for it, which is in the init phase; tests wire their own."""
    if name != "handler":
        raise AttributeError(name)
    app = globals()["handler"] = wire(os.environ)
    return app
