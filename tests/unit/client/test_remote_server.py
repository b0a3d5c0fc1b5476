import pytest

from sentinel.remote_server import MalformedServerError, parse_remote_server


@pytest.mark.parametrize(
    ("url", "service", "region"),
    [
        ("https://abc123.execute-api.eu-central-1.amazonaws.com", "execute-api", "eu-central-1"),
        ("https://abc123.execute-api.eu-central-1.amazonaws.com/prod/", "execute-api", "eu-central-1"),
        ("https://abc123-vpce-0a1b.execute-api.us-east-1.amazonaws.com", "execute-api", "us-east-1"),
        ("https://abc123.execute-api.cn-north-1.amazonaws.com.cn", "execute-api", "cn-north-1"),
        ("https://abc123.execute-api.us-gov-west-1.amazonaws.com", "execute-api", "us-gov-west-1"),
        ("https://abc123.execute-api.eu-west-1.api.aws", "execute-api", "eu-west-1"),
        ("https://abc123.execute-api.eusc-de-east-1.amazonaws.eu", "execute-api", "eusc-de-east-1"),
        ("https://abc123.execute-api.eusc-de-east-1.api.amazonwebservices.eu", "execute-api", "eusc-de-east-1"),
        ("https://abc123.execute-api.us-iso-east-1.c2s.ic.gov", "execute-api", "us-iso-east-1"),
        ("https://abc123.execute-api.us-isob-east-1.sc2s.sgov.gov", "execute-api", "us-isob-east-1"),
        ("https://abc123.execute-api.eu-isoe-west-1.cloud.adc-e.uk", "execute-api", "eu-isoe-west-1"),
        ("https://abc123.execute-api.us-isof-south-1.csp.hci.ic.gov", "execute-api", "us-isof-south-1"),
        ("https://vpce-0a1b-c2d3.execute-api.us-east-1.vpce.amazonaws.com", "execute-api", "us-east-1"),
        ("https://abc.lambda-url.cn-north-1.on.amazonwebservices.com.cn", "lambda", "cn-north-1"),
        ("https://abc.lambda-url.eusc-de-east-1.on.amazonwebservices.eu", "lambda", "eusc-de-east-1"),
        ("https://abc.lambda-url.eu-west-1.on.aws.attacker.example", "execute-api", None),
        ("https://abc.execute-api.eu-west-1.amazonaws.eu.attacker.example", "execute-api", None),
        ("https://abc.execute-api.corp.example", "execute-api", None),
        ("https://abcdef.lambda-url.eu-west-1.on.aws/", "lambda", "eu-west-1"),
        ("https://sentinel.corp.example", "execute-api", None),
        ("http://127.0.0.1:8080", "execute-api", None),
        ("http://[::1]:8080", "execute-api", None),
        ("http://localhost:8080/prod", "execute-api", None),
        ("https://abc.execute-api.eu-west-1.amazonaws.com.attacker.example", "execute-api", None),
    ],
)
def test_the_host_says_how_to_sign(url: str, service: str, region: str | None) -> None:
    server = parse_remote_server(url)
    assert (server.signing_service, server.region) == (service, region)
    assert server.base == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "ftp://example.com",
        "http://example.com",
        "http://127.0.0.1.attacker.example",
        "http://169.254.169.254",
        "https://user:password@example.com",
        "https://@example.com",
        "https://example.com?profile=x",
        "https://example.com#x",
        "https://example.com:port",
        "https://example.com:99999",
        "https://example.com/a b",
        "https://example.com/%2e%2e",
        "https://example.com\r\nX: y",
        "https://exämple.com",
        "https://",
        "https://[::1",
    ],
)
def test_what_cannot_safely_be_signed_for_is_refused(url: str) -> None:
    with pytest.raises(MalformedServerError):
        parse_remote_server(url)


def test_a_query_is_escaped_as_signatures_want_it() -> None:
    server = parse_remote_server("https://example.com/prod")
    assert server.url("/", {"profile": "a b+c/é"}) == "https://example.com/prod/?profile=a%20b%2Bc%2F%C3%A9"
