"""Adds DynamoDB's condition keys for the items and attributes a request names; the emulator has none of them.

The actions of a transaction are authorized one by one, each by its own item (DynamoDB guide, "Using IAM with DynamoDB
transactions").
"""

import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import dynamodb

from .named import Keys, keys_of

_of_actions: ContextVar[list[Keys]] = ContextVar("keys_of_a_transactions_actions")
_ACTIONS = ("ConditionCheck", "Put", "Update", "Delete", "Get")


def install() -> None:
    """Wrap the functions that collect a request's condition keys and authorize each action of a transaction."""
    iam_actions.dynamodb_service_context = _wrap_context(iam_actions.dynamodb_service_context)
    iam_actions.dynamodb_transaction_checks = _wrap_checks(iam_actions.dynamodb_transaction_checks)
    iam_evaluator.enforce = _wrap_enforce(iam_evaluator.enforce)


def _partition_key(request: Mapping[str, Any]) -> str:
    table = dynamodb._tables.get(request.get("TableName")) or {}  # noqa: SLF001 - where tables live
    return next((key["AttributeName"] for key in table.get("KeySchema", ()) if key["KeyType"] == "HASH"), "")


def _read(body: bytes) -> Mapping[str, Any]:
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return {}
    return request if isinstance(request, dict) else {}


def _wrap_context(gather: Callable[[bytes], dict[str, Any]]) -> Callable[[bytes], dict[str, Any]]:
    def dynamodb_service_context(body: bytes) -> dict[str, Any]:
        request = _read(body)
        found = keys_of(request, _partition_key(request)) if {"Key", "Item"} & request.keys() else {}
        return {**gather(body), **found}

    return dynamodb_service_context


def _wrap_checks(check: Callable[..., Any]) -> Callable[..., Any]:
    def dynamodb_transaction_checks(action: str, body: bytes, region: str, account: str) -> Any:
        writes = [
            each[member] for each in _read(body).get("TransactItems") or () for member in _ACTIONS if member in each
        ]
        _of_actions.set([keys_of(write, _partition_key(write)) for write in writes])
        return check(action, body, region, account)

    return dynamodb_transaction_checks


def _wrap_enforce(enforce: Callable[..., Any]) -> Callable[..., Any]:
    def enforce_each(*arguments: Any, **options: Any) -> Any:
        context = options.get("service_context") or {}
        if "dynamodb:EnclosingOperation" in context:
            options["service_context"] = {**context, **_of_actions.get().pop(0)}
        return enforce(*arguments, **options)

    return enforce_each
