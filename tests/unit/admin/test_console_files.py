"""The files of the hosted console, as the function answers API Gateway: without a caller, a call or a document."""

import asyncio
import base64
import gzip
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.policies.routes import CONSOLE_ROUTES
from services.admin.console import CONFIG, ConsoleFiles
from shared.console.assets import DOCUMENT, POLICY, load_assets
from shared.edge.events import AcceptedApis
from shared.edge.hosted_console import HostedConsole
from shared.edge.lambda_app import LambdaApp
from shared.edge.public_files import FILE_ROUTE, FOLDER_ROUTE, find_file_request
from shared.edge.settings import load_settings
from shared.edge.traces import Tracer
from tests.gateway_events import ACCOUNT, API_ID, http_api_event, rest_api_event
from tests.lambda_context import FakeContext

SETTING = {
    "issuer": "corp",
    "issuer_url": "https://login.example.com/corp",
    "client_id": "sentinel",
    "origins": ["https://tokens.example.com:8443"],
}
SETTINGS = {
    "SENTINEL_API_ID": API_ID,
    "SENTINEL_SESSION_TABLE": "sessions",
    "SENTINEL_GRANT_TABLE": "grants",
    "SENTINEL_BUDGET_TABLE": "budgets",
}
Answer = dict[str, Any]


class Function:
    """The function without one route, client or document."""

    def __init__(self, console: Mapping[str, Any] | None) -> None:
        settings = load_settings(SETTINGS | ({"SENTINEL_CONSOLE": json.dumps(console)} if console else {}))
        self.stdout = io.StringIO()
        files = ConsoleFiles(settings.console).answer
        self.app = LambdaApp("admin", settings, asyncio.Runner(), {}, Tracer("admin", None), self.stdout, files=files)

    def ask(self, name: str | None, route: str = FILE_ROUTE, **changed: Any) -> Answer:
        return self.invoke(file_event(name, route, **changed))

    def invoke(self, event: Answer) -> Answer:
        return self.app(event, FakeContext())

    @property
    def audited(self) -> list[Answer]:
        lines = map(json.loads, self.stdout.getvalue().splitlines())
        return [line for line in lines if line.get("kind") == "sentinel.audit"]


def file_event(name: str | None, route: str = FILE_ROUTE, *, accept: str = "", method: str = "GET") -> Answer:
    """Give the event of an open route: it has no authorizer."""
    headers = {"accept-encoding": accept} if accept else {}
    event = http_api_event(method, "/console" if name is None else f"/console/{name}", headers=headers)
    event["routeKey"] = event["requestContext"]["routeKey"] = route
    event["pathParameters"] = {} if name is None else {"proxy": name}
    del event["requestContext"]["authorizer"]
    return event


@pytest.fixture
def hosted() -> Iterator[Function]:
    function = Function(SETTING)
    yield function
    function.app.close()


@pytest.fixture
def without() -> Iterator[Function]:
    function = Function(None)
    yield function
    function.app.close()


def test_the_document_and_every_file_it_names_are_there(hosted: Function) -> None:
    document = hosted.ask("")
    assert document["statusCode"] == 200
    assert document["body"] == load_assets()[DOCUMENT].body.decode()
    for name in load_assets().keys() - {DOCUMENT}:
        answer = hosted.ask(name)
        assert answer["body"].encode() == load_assets()[name].body
        assert answer["headers"]["Content-Type"] == load_assets()[name].content_type
        assert "immutable" in answer["headers"]["Cache-Control"]


def test_the_event_may_be_without_parameters_where_the_variable_matched_nothing(hosted: Function) -> None:
    event = file_event("")
    del event["pathParameters"]
    assert hosted.invoke(event)["body"] == load_assets()[DOCUMENT].body.decode()


def test_the_folder_leads_to_its_document_at_any_base_path(hosted: Function) -> None:
    answer = hosted.ask(None, FOLDER_ROUTE)
    assert (answer["statusCode"], answer["headers"]["Location"], answer["body"]) == (302, "console/", "")


def test_a_base_path_of_a_custom_domain_changes_nothing(hosted: Function) -> None:
    event = file_event(CONFIG)
    event["rawPath"] = event["requestContext"]["http"]["path"] = f"/team/sentinel/console/{CONFIG}"
    event["requestContext"] |= {"domainName": "api.example.com", "stage": "live"}
    assert hosted.invoke(event)["body"] == hosted.ask(CONFIG)["body"]


def test_the_page_learns_where_people_sign_in_and_nothing_secret(hosted: Function) -> None:
    answer = hosted.ask(CONFIG)
    assert json.loads(answer["body"]) == {
        "mode": "hosted",
        "api": "../as/corp",
        "issuer": "https://login.example.com/corp",
        "client_id": "sentinel",
        "scope": "openid email profile",
    }
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert answer["headers"]["Content-Type"] == "application/json"


def test_the_policy_gains_exactly_the_origins_of_the_issuer(hosted: Function) -> None:
    connects = "connect-src 'self' https://login.example.com https://tokens.example.com:8443"
    names = [None, "", CONFIG, *(load_assets().keys() - {DOCUMENT})]
    for name in names:
        headers = hosted.ask(name, FOLDER_ROUTE if name is None else FILE_ROUTE)["headers"]
        policy = POLICY if name is None else POLICY.replace("connect-src 'self'", connects)
        assert headers["Content-Security-Policy"] == policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "*" not in connects


@pytest.mark.parametrize("accept", ["gzip", "br, gzip;q=0.5", "GZIP", "deflate,gzip ; q=1.0"])
def test_a_browser_gets_it_compressed_as_bytes(hosted: Function, accept: str) -> None:
    for name in ("", CONFIG, *(load_assets().keys() - {DOCUMENT})):
        plain, packed = hosted.ask(name), hosted.ask(name, accept=accept)
        assert (plain["isBase64Encoded"], packed["isBase64Encoded"]) == (False, True)
        assert gzip.decompress(base64.b64decode(packed["body"])).decode() == plain["body"]
        assert packed["headers"]["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain["headers"]
        assert plain["headers"]["Vary"] == packed["headers"]["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accept", ["", "br", "gzip;q=0", "gzip; q=0.000", "x-gzipped", "*"])
def test_other_clients_get_plain_text(hosted: Function, accept: str) -> None:
    assert hosted.ask("", accept=accept)["isBase64Encoded"] is False


def test_an_answer_is_far_from_the_limit_of_a_lambda(hosted: Function) -> None:
    sizes = [len(json.dumps(hosted.ask(name))) for name in ("", *(load_assets().keys() - {DOCUMENT}))]
    assert max(sizes) < 512 * 1024


@pytest.mark.parametrize(
    "name",
    [
        "index.html",
        "app.js",
        "../handler.py",
        "..%2fhandler.py",
        "%2e%2e/handler.py",
        "/etc/passwd",
        "static/app.js",
        "config.json/",
        "CONFIG.JSON",
        "config.json\x00",
        "a" * 5000,
        "\ud800",
    ],
)
def test_no_path_is_made_of_a_name(hosted: Function, name: str) -> None:
    answer = hosted.ask(name)
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (404, "not_found")
    assert name not in answer["body"]


@pytest.mark.parametrize("name", [None, "", CONFIG, *sorted(load_assets())])
def test_without_the_setting_nothing_is_there(without: Function, name: str | None) -> None:
    answer = without.ask(name, FOLDER_ROUTE if name is None else FILE_ROUTE)
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_only_get_is_answered(hosted: Function, method: str) -> None:
    assert hosted.ask("", method=method)["statusCode"] == 403
    assert hosted.ask("", route=f"{method} /console/{{proxy+}}", method=method)["statusCode"] == 403


@pytest.mark.parametrize(
    "changed",
    [
        {"requestContext": {"apiId": "another000"}},
        {"requestContext": {"accountId": "444455556666"}},
        {"version": "1.0"},
        {"routeKey": "$default"},
        {"routeKey": "ANY /{proxy+}"},
        {"routeKey": ["GET /console"]},
    ],
)
def test_only_the_open_routes_of_an_accepted_api_are_answered(hosted: Function, changed: dict[str, Any]) -> None:
    event = file_event("")
    context = {**event["requestContext"], **changed.get("requestContext", {})}
    answer = hosted.invoke({**event, **changed, "requestContext": context})
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (403, "unknown_caller")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(key=st.sampled_from(["version", "routeKey", "headers", "pathParameters", "requestContext"]), value=JSON)
def test_any_event_is_a_request_for_a_file_or_is_not(key: str, value: object) -> None:
    accepted = AcceptedApis((API_ID,), ACCOUNT)
    found = find_file_request(file_event("") | {key: value}, accepted)
    assert found is None or isinstance(found.name, str | None)
    assert find_file_request(value, accepted) is None


def test_a_rest_api_has_no_console(hosted: Function) -> None:
    answer = hosted.invoke(rest_api_event("GET", "/console/"))
    assert answer["statusCode"] == 404


def test_the_audit_line_says_who_asked_from_where_and_repeats_no_name(hosted: Function) -> None:
    hosted.ask(CONFIG)
    hosted.ask("planted-text")
    found, missing = hosted.audited
    assert (found["operation"], found["outcome"], found["source_ip"]) == (FILE_ROUTE, "answered", "198.51.100.7")
    assert (missing["outcome"], missing["code"]) == ("refused", "not_found")
    assert "planted-text" not in hosted.stdout.getvalue()
    assert "user" not in found


def test_the_deployment_opens_the_routes_that_the_function_answers() -> None:
    assert [route.key for route in CONSOLE_ROUTES] == [FOLDER_ROUTE, FILE_ROUTE]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"issuer": "v1"}, "name of an issuer"),
        ({"issuer": "../x"}, "name of an issuer"),
        ({"issuer_url": "http://login.example.com"}, "https"),
        ({"issuer_url": "https://login.example.com;script-src"}, "write an origin"),
        ({"issuer_url": "https://*.example.com"}, "write an origin"),
        ({"origins": ["https://a.example https://b.example"]}, "write an origin"),
        ({"origins": ["https://a.example/path"]}, "write an origin"),
        ({"origins": ["https:"]}, "write an origin"),
        ({"origins": ["'unsafe-inline'"]}, "write an origin"),
        ({"origins": ["https://a.example"] * 6}, "at most 5"),
        ({"client_id": ""}, "at least 1"),
        ({"scopes": "email"}, "openid"),
        ({"more": 1}, "not permitted"),
    ],
)
def test_a_console_that_cannot_be_safe_is_refused(changed: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        HostedConsole.model_validate({**SETTING, **changed})
