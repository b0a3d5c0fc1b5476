"""Both APIs against their OpenAPI documents: schemathesis makes up requests, good and bad, and judges every answer.

Everything comes from a fixed seed, so what fails once fails again. What is judged is listed in JUDGED. What is not, and
why:

- ignored_auth: the gateway refuses unsigned calls before Sentinel sees them, which tests/e2e/sdks/test_signatures.py
  is about.
- unsupported_method, allow_header_conformance: API Gateway knows no 405. A method no route has is a path not found.
- positive_data_acceptance: a schema knows the form of a duration, an instant or a cursor, not whether it is one that
  will do. That good requests are answered is what every other test here shows.
- missing_required_header: the only header an operation needs is the signature.
- use_after_free, ensure_resource_availability, object_level_authorization: they follow rows from one call to the next,
  as test_approvals.py and test_break_glass.py do, which know what a row's life is.
"""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

import pytest
import requests
from anyio.from_thread import start_blocking_portal
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from requests import PreparedRequest
from requests.auth import AuthBase
from schemathesis import Case, CheckContext, Response
from schemathesis.config import SchemathesisConfig

from deploy.local.aws import Keys
from deploy.local.deployment import REGION, UNLIMITED
from deploy.local.stack import LocalStack
from tests.e2e.callers import BECAUSE, JUSTIFICATION
from tests.e2e.documented import load_document
from tests.patience import LIMIT_S

AnyCase = Case[Any]
WELL_FORMED_ID: Final = re.compile("[0-9a-hjkmnp-tv-z]{16}")
# What proxies and frameworks elsewhere take for another caller, method or path. It is sent with every request.
PRETENDING: Final = {
    "X-Forwarded-For": "127.0.0.1",
    "Forwarded": 'for="[::1]";host=localhost',
    "X-HTTP-Method-Override": "DELETE",
    "X-Original-URL": "/v1/lockouts",
    "X-Amzn-Oidc-Identity": "alice",
    "X-Amzn-Caller-Arn": "arn:aws:iam::111122223333:root",
    "X-Sentinel-Request-Id": "chosen-by-the-caller",
    "X-Long": "x" * 4000,
}
JUDGED: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)
CONFIG: Final = SchemathesisConfig.from_dict(
    {
        "generation": {
            "max-examples": 15,
            "deterministic": True,
            "database": "none",
            # Signature() writes the one security parameter.
            "with-security-parameters": False,
        },
        "dictionaries": {"profiles": {"values": ["dev", "staging", "prod"]}},
        "parameters": {
            where: {"dictionary": "profiles", "probability": 0.8} for where in ("query.profile", "body.profile")
        },
        "phases": {"coverage": {"unexpected-methods": []}},
        "checks": {"enabled": False, **{check: {"enabled": True} for check in JUDGED}},
    }
)
vend = load_document("vend", CONFIG)
admin = load_document("admin", CONFIG)


class Signature(AuthBase):
    """Signs each request as it will be sent."""

    def __init__(self, keys: Keys) -> None:
        self._credentials = Credentials(keys.access_key_id, keys.secret_access_key, keys.session_token)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        # A signature knows a space in a query as %20 only, as every AWS SDK writes it.
        request.url = str(request.url).replace("+", "%20")
        unsigned = AWSRequest(method=request.method, url=request.url, data=request.body or b"")
        SigV4Auth(self._credentials, "execute-api", REGION).add_auth(unsigned)
        request.headers.update(unsigned.headers.items())
        return request


@pytest.fixture(scope="module")
def system() -> Iterator[LocalStack]:
    """A stack on an event loop of its own, which never throttles: schemathesis blocks while it waits."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(LocalStack(environment=UNLIMITED)) as stack,
    ):
        yield stack


@pytest.fixture(scope="module")
def rows(system: LocalStack) -> Mapping[str, str]:
    """A request and an event of alice's and a session of bob's, by the path they are found under."""
    bodies = {
        "/v1/requests": {"profile": "staging", "reason": BECAUSE},
        "/v1/break-glass": {"profile": "prod", "reason": "incident", "justification": JUSTIFICATION},
    }
    grants = {path: _create(system, path, body) for path, body in bodies.items()}
    vended = requests.get(
        f"{system.http_api}/?profile=dev", auth=Signature(system.callers["bob"].keys), timeout=LIMIT_S
    )
    return {**grants, "/v1/sessions": vended.json()["SessionId"]}


def _create(system: LocalStack, path: str, body: Mapping[str, str]) -> str:
    signature = Signature(system.callers["alice"].keys)
    answer = requests.post(f"{system.http_api}{path}", json=body, auth=signature, timeout=LIMIT_S)
    assert answer.status_code == HTTPStatus.CREATED, answer.text
    (row,) = [value for value in answer.json().values() if "id" in value]
    row_id: str = row["id"]
    return row_id


@vend.parametrize()
def test_the_vend_api_is_as_documented(case: AnyCase, system: LocalStack) -> None:
    _judge(case, system)


@admin.parametrize()
def test_the_admin_api_is_as_documented(case: AnyCase, system: LocalStack, rows: Mapping[str, str]) -> None:
    path, named, _ = case.path.partition("/{id}")
    if named and WELL_FORMED_ID.fullmatch(str(case.path_parameters["id"])):
        case.path_parameters["id"] = rows.get(path, case.path_parameters["id"])  # a row there is
    _judge(case, system)


def _judge(case: AnyCase, system: LocalStack) -> None:
    """Send as bob, who may have dev, approve alice's requests, review her events and break glass himself."""
    signature = Signature(system.callers["bob"].keys)
    case.call_and_validate(
        base_url=system.http_api, headers=PRETENDING, auth=signature, additional_checks=[sentinel_answered]
    )


def sentinel_answered(ctx: CheckContext, response: Response, case: AnyCase) -> None:  # noqa: ARG001 - the signature of a check
    """Every answer is Sentinel's own, can be found in its log, and may not be stored."""
    assert response.headers.get("x-sentinel-request-id"), "not answered by Sentinel"
    assert response.headers["x-sentinel-request-id"] != [PRETENDING["X-Sentinel-Request-Id"]]
    assert response.headers["cache-control"] == ["no-store"]
