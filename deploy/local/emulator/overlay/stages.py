"""Refuses REST API stages that log while API Gateway has no role for it; the emulator accepts them.

API Gateway guide, "Set up CloudWatch logging for REST APIs": access logs and execution logs both need the account's
CloudWatch role, of which there is one per account and region.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import apigateway_v1

_REFUSAL = "CloudWatch Logs role ARN must be set in account settings to enable logging"


def install() -> None:
    """Wrap CreateStage and UpdateStage."""
    for name in ("_create_stage", "_update_stage"):
        setattr(apigateway_v1, name, _wrap(getattr(apigateway_v1, name)))


def wants_logs(request: Mapping[str, Any]) -> bool:
    """Whether a CreateStage or an UpdateStage turns logs on."""
    changes = request.get("patchOperations") or ()
    return bool((request.get("accessLogSettings") or {}).get("destinationArn")) or any(
        change.get("op") != "remove" and change.get("value") not in (None, "", "OFF") and _is_of_logs(change)
        for change in changes
    )


def _is_of_logs(change: Mapping[str, Any]) -> bool:
    path = str(change.get("path", ""))
    return path.endswith(("/accessLogSettings/destinationArn", "/logging/loglevel"))


def _wrap(handle: Callable[..., Any]) -> Callable[..., Any]:
    def handle_stage(*arguments: Any) -> Any:
        settings = apigateway_v1._account_settings.get("settings") or {}  # noqa: SLF001 - where the role is kept
        if wants_logs(arguments[-1]) and not settings.get("cloudwatchRoleArn"):
            return apigateway_v1._v1_error("BadRequestException", _REFUSAL, 400)  # noqa: SLF001 - its error shape
        return handle(*arguments)

    return handle_stage
