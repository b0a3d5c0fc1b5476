"""A rule checks one request and returns what is wrong with it, or None."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from deploy.local.strict.context import AwsRequest, StrictContext

Rule: TypeAlias = Callable[[AwsRequest, StrictContext], str | None]
# By service and operation.
Rules: TypeAlias = Mapping[tuple[str, str], tuple[Rule, ...]]
