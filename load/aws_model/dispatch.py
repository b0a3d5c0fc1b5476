"""From a request's head and body to the operation it asks for, and to its answer."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from load.aws_model.answers import (
    AwsRefusalError,
    ModelAnswer,
    write_json,
    write_json_error,
    write_xml,
    write_xml_error,
)
from load.aws_model.dynamodb import DynamoDb
from load.aws_model.ssm_sts_sns_iam import Iam, Sns, Ssm, Sts
from load.aws_model.units import Units

_CREDENTIAL: Final = re.compile(r"Credential=([A-Za-z0-9]+)/\d{8}/[a-z0-9-]*/([a-z]+)/")
_TARGETS: Final = {"DynamoDB_20120810": ("dynamodb", "1.0"), "AmazonSSM": ("ssm", "1.1")}
THROTTLED: Final = AwsRefusalError("Throttling", "Rate exceeded")
FAILED: Final = AwsRefusalError("InternalFailure", "We encountered an internal error.", 500)


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call: by whose access key id, of which operation (`sts.AssumeRole`), with what."""

    key: str
    operation: str
    answer: Callable[[], ModelAnswer]
    refuse: Callable[[AwsRefusalError], ModelAnswer]


class UnknownCallError(Exception):
    """Sentinel makes no such request."""


class Aws:
    """The services, and the dispatch of calls to them. Signatures are not checked."""

    def __init__(self, tables: Mapping[str, Any], account: str, clock: Callable[[], datetime]) -> None:
        self._dynamodb = DynamoDb(tables)
        self._json: dict[str, DynamoDb | Ssm] = {"dynamodb": self._dynamodb, "ssm": Ssm()}
        self._query: dict[str, Sts | Sns | Iam] = {"sts": Sts(account, clock), "sns": Sns(), "iam": Iam(clock)}

    def take_units(self) -> Units:
        """Return the request units since they were last taken."""
        taken, self._dynamodb.units = self._dynamodb.units, Units()
        return taken

    def read(self, headers: Mapping[str, str], body: bytes) -> ModelCall:
        """Find the operation of a request.

        Raises:
            UnknownCallError: Sentinel makes no such request.

        """
        found = _CREDENTIAL.search(headers.get("authorization", ""))
        key, scope = (found[1], found[2]) if found else ("", "")
        if "x-amz-target" in headers:
            return self._read_json(key, headers["x-amz-target"], body)
        return self._read_query(key, scope, body)

    def _read_json(self, key: str, target: str, body: bytes) -> ModelCall:
        prefix, _, operation = target.partition(".")
        if prefix not in _TARGETS:
            raise UnknownCallError(target)
        service, version = _TARGETS[prefix]
        run = self._json[service].operations.get(operation)
        if run is None:
            raise UnknownCallError(target)
        return ModelCall(
            key,
            f"{service}.{operation}",
            lambda: write_json(run(orjson.loads(body)), version),
            lambda refusal: write_json_error(refusal, version),
        )

    def _read_query(self, key: str, service: str, body: bytes) -> ModelCall:
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        operation = form.get("Action", "")
        run = self._query[service].operations.get(operation) if service in self._query else None
        if run is None:
            raise UnknownCallError(f"{service}.{operation}")
        return ModelCall(
            key,
            f"{service}.{operation}",
            lambda: write_xml(service, operation, run(form, key)),
            lambda refusal: write_xml_error(service, refusal),
        )
