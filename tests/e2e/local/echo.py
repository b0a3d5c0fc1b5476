"""Handlers small enough to see through: what the gateway handed over comes back as it was."""

import json
import os
from typing import Any

import botocore.session


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    raw_path = event.get("rawPath") or event.get("path") or ""
    if raw_path.endswith("/v1/raise"):
        raise RuntimeError("on purpose")
    if raw_path.endswith("/v1/die"):
        os._exit(3)
    if raw_path.endswith("/v1/who"):
        client = botocore.session.get_session().create_client("sts")
        return _answer({"arn": client.get_caller_identity()["Arn"]})
    return _answer({"event": event, "function": context.function_name, "arn": context.invoked_function_arn})


def _answer(value: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(value)}
