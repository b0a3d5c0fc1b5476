"""Authorizer events as API Gateway sends them, written out by hand from AWS's documentation."""

from typing import Any
from urllib.parse import parse_qs

from tests.gateway_events import ACCOUNT, API_ID

METHOD_ARN = f"arn:aws:execute-api:eu-central-1:{ACCOUNT}:{API_ID}/prod/GET/orders/7"


def http_api_question(
    authorization: str | None = None,
    method: str = "GET",
    path: str = "/orders/7",
    *,
    stage: str = "$default",
    headers: dict[str, str] | None = None,
    query: str = "",
) -> dict[str, Any]:
    """Payload 2.0 of an HTTP API's REQUEST authorizer."""
    sent = {} if authorization is None else {"authorization": authorization}
    domain = f"{API_ID}.execute-api.eu-central-1.amazonaws.com"
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": f"arn:aws:execute-api:eu-central-1:{ACCOUNT}:{API_ID}/{stage}/{method}{path}",
        "identitySource": None if authorization is None else [authorization],
        "routeKey": f"{method} {path}",
        "rawPath": path if stage == "$default" else f"/{stage}{path}",
        "rawQueryString": query,
        "headers": {"host": domain} | sent | (headers or {}),
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API_ID,
            "domainName": domain,
            "domainPrefix": API_ID,
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "198.51.100.7",
                "userAgent": "curl/8.5",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": f"{method} {path}",
            "stage": stage,
            "time": "24/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1795521600000,
        },
    }


def rest_api_question(
    authorization: str | None = None,
    method: str = "GET",
    path: str = "/orders/7",
    *,
    method_arn: str | None = None,
    query: str = "",
) -> dict[str, Any]:
    """Payload 1.0 of a REST API's REQUEST authorizer."""
    headers = {"Host": f"{API_ID}.execute-api.eu-central-1.amazonaws.com"}
    if authorization is not None:
        headers["Authorization"] = authorization
    arn = f"arn:aws:execute-api:eu-central-1:{ACCOUNT}:{API_ID}/prod/{method}{path}"
    values = parse_qs(query, keep_blank_values=True) or None
    return {
        "type": "REQUEST",
        "methodArn": arn if method_arn is None else method_arn,
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": values and {name: each[-1] for name, each in values.items()},
        "multiValueQueryStringParameters": values,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourceId": "2gxmpl",
            "resourcePath": path,
            "httpMethod": method,
            "path": f"/prod{path}",
            "accountId": ACCOUNT,
            "apiId": API_ID,
            "domainName": f"{API_ID}.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": API_ID,
            "protocol": "HTTP/1.1",
            "stage": "prod",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {"sourceIp": "198.51.100.7", "userAgent": "curl/8.5"},
        },
    }
