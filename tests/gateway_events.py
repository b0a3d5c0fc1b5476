"""Events as API Gateway and Function URLs send them, written out by hand from AWS's documentation."""

from typing import Any

ACCOUNT = "111122223333"
API_ID = "a1b2c3d4e5"
ALICE_ARN = f"arn:aws:iam::{ACCOUNT}:user/people/alice"


def http_api_event(
    method: str = "GET",
    path: str = "/",
    query: str = "",
    *,
    arn: str = ALICE_ARN,
    body: str | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Payload 2.0 of an HTTP API route with IAM authorization."""
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": f"{API_ID}.execute-api.eu-central-1.amazonaws.com"} | (headers or {}),
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API_ID,
            "authorizer": {
                "iam": {
                    "accessKey": "AKIAIOSFODNN7EXAMPLE",
                    "accountId": ACCOUNT,
                    "callerId": "AIDACKCEVSQ6C2EXAMPLE",
                    "cognitoIdentity": None,
                    "principalOrgId": "aws:PrincipalOrgID",
                    "userArn": arn,
                    "userId": "AIDACKCEVSQ6C2EXAMPLE",
                },
            },
            "domainName": f"{API_ID}.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": API_ID,
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "198.51.100.7",
                "userAgent": "sentinel/0.1",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": f"{method} {path}",
            "stage": "$default",
            "time": "23/Nov/2026:10:00:00 +0000",
            "timeEpoch": 1795428000000,
        },
        "isBase64Encoded": False,
    }
    if body is not None:
        event["body"] = body
    return event


def rest_api_event(
    method: str = "GET",
    path: str = "/",
    query: dict[str, list[str]] | None = None,
    *,
    arn: str = ALICE_ARN,
    body: str | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Payload 1.0 of a REST API method with IAM authorization."""
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()} if headers else None,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} if query else None,
        "multiValueQueryStringParameters": query,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourceId": "2gxmpl",
            "resourcePath": path,
            "httpMethod": method,
            "path": f"/prod{path}",
            "accountId": ACCOUNT,
            "apiId": API_ID,
            "protocol": "HTTP/1.1",
            "stage": "prod",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {
                "accessKey": "AKIAIOSFODNN7EXAMPLE",
                "accountId": ACCOUNT,
                "caller": "AIDACKCEVSQ6C2EXAMPLE",
                "cognitoIdentityId": None,
                "principalOrgId": "o-exampleorg",
                "sourceIp": "198.51.100.7",
                "user": "AIDACKCEVSQ6C2EXAMPLE",
                "userAgent": "sentinel/0.1",
                "userArn": arn,
            },
        },
        "body": body,
        "isBase64Encoded": False,
    }
