"""Checks every AWS request of this process for what AWS refuses and emulators accept.

`install` hooks into every client of ours, and into botocore and aiobotocore sessions created after it. A request that
AWS would refuse, or that breaks one of this project's rules for AWS calls, raises `StrictAwsViolation` and is recorded
in `violations`, so that no exception handler can hide it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from botocore.handlers import BUILTIN_HANDLERS
from botocore.model import OperationModel

from deploy.local.strict.across_requests import SeenTiers, SeenTokens
from deploy.local.strict.botocore_comparison import install_comparison, uninstall_comparison
from deploy.local.strict.context import RULES, AwsRequest, StrictContext, TableKeys, read_context
from deploy.local.strict.model import find_model_violations
from deploy.local.strict.rules import dynamodb, events, iam, sns, ssm, sts  # noqa: F401 - each registers its rules
from shared.aws.client.client import AwsClient

__all__ = ["StrictContext", "TableKeys", "read_context"]

# Before serialization, with the caller's own parameters.
_EVENT: Final = "provide-client-params.*.*"

_CALL: Final = AwsClient.call

violations: Final[list[str]] = []
"""Every violation since the list was last cleared, including those whose exception was caught."""


class StrictAwsViolation(BaseException):
    """A request that AWS would refuse, or that breaks this project's rules for AWS calls: a defect in the caller.

    Not an `Exception`, so that code which handles AWS errors does not catch it.
    """


def check(request: AwsRequest, context: StrictContext, operation: OperationModel | None = None) -> Iterator[str]:
    """List a request's violations: of botocore's model, if given, then of every rule for its operation."""
    complaints = list(find_model_violations(request.params, operation)) if operation is not None else []
    yield from complaints
    if complaints:
        return
    for rule in RULES.get((request.service, request.operation), ()):
        if complaint := rule(request, context):
            yield f"{request.operation}: {complaint}"


class _Checker:
    def __init__(self, context: StrictContext, memories: Sequence[SeenTokens | SeenTiers]) -> None:
        self._context = context
        self._memories = memories

    def for_long_term_keys(self) -> "_Checker":
        return _Checker(replace(self._context, caller_is_role_session=False), self._memories)

    def __call__(self, params: Mapping[str, Any], model: OperationModel, **_: Any) -> None:
        request = AwsRequest(model.service_model.service_name, model.name, params)
        found = list(check(request, self._context, model))
        found += filter(None, (memory.find_violation(request) for memory in self._memories))
        if found:
            violations.extend(found)
            raise StrictAwsViolation("; ".join(found))


def install(context: StrictContext) -> None:
    """Check every request of our clients and of every session created from now on; replaces an earlier context."""
    uninstall()
    checker = _Checker(context, (SeenTokens(), SeenTiers()))
    BUILTIN_HANDLERS.append((_EVENT, checker))

    async def checked_call(client: AwsClient, operation: str, parameters: Mapping[str, Any]) -> Any:
        checker(parameters, client._operation(operation))  # noqa: SLF001 - the model that it writes the call by
        return await _CALL(client, operation, parameters)

    setattr(AwsClient, _CALL.__name__, checked_call)
    install_comparison()


def uninstall() -> None:
    """Stop checking our own clients and sessions created from now on."""
    setattr(AwsClient, _CALL.__name__, _CALL)
    uninstall_comparison()
    BUILTIN_HANDLERS[:] = [entry for entry in BUILTIN_HANDLERS if not isinstance(entry[1], _Checker)]


def expect_long_term_keys(session: Any) -> None:
    """Declare that a botocore session signs with an IAM user's keys, so that AssumeRole is not role chaining."""
    for checker in [entry[1] for entry in BUILTIN_HANDLERS if isinstance(entry[1], _Checker)]:
        session.unregister(_EVENT, checker)
        session.register(_EVENT, checker.for_long_term_keys())
