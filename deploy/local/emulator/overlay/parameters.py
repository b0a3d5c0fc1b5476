"""Authorizes reads of several parameters on each parameter; the emulator authorizes them on `*` only.

Service Authorization Reference, AWS Systems Manager: GetParameters and GetParametersByPath take parameter ARNs. The
path call is authorized on the path alone (Systems Manager User Guide, "Restricting access to parameters").
"""

import json
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

from ministack.core import iam_actions, iam_evaluator

_asked: ContextVar[Sequence[str]] = ContextVar("parameters_asked", default=())
_SEVERAL = ("ssm:GetParameters", "ssm:GetParametersByPath")


def install() -> None:
    """Wrap the functions that read a request's resource and authorize it."""
    iam_actions.extract_resource_arn = _wrap_resource(iam_actions.extract_resource_arn)
    iam_evaluator.enforce = _wrap_enforce(iam_evaluator.enforce)


def parameter_names(body: bytes) -> list[str]:
    """List the parameters or the path in a GetParameters or GetParametersByPath body; empty for any other body."""
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return []
    if not isinstance(request, dict):
        return []
    names = request.get("Names") or [request.get("Path")]
    return [name for name in names if isinstance(name, str) and name]


def _wrap_resource(extract: Callable[..., str]) -> Callable[..., str]:
    def extract_resource_arn(
        service: str, method: str, path: str, headers: Any, body: bytes, params: Any, region: str, account: str
    ) -> str:
        names = parameter_names(body) if service == "ssm" else []
        _asked.set([f"arn:aws:ssm:{region}:{account}:parameter/{name.strip('/')}" for name in names])
        return extract(service, method, path, headers, body, params, region, account)

    return extract_resource_arn


def _wrap_enforce(enforce: Callable[..., Any]) -> Callable[..., Any]:
    def enforce_each(access_key_id: str, action: str, service: str, region: str, **options: Any) -> Any:
        resources = _asked.get() if action in _SEVERAL else ()
        for resource in resources or [options.pop("resource_arn", "*")]:
            denied = enforce(access_key_id, action, service, region, **options | {"resource_arn": resource})
            if denied is not None:
                return denied
        return None

    return enforce_each
