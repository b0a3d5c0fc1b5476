"""The authorizers of the guarded APIs: whether API Gateway keeps their answers, which would outlive a revocation."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sentinel.doctor.aws import Aws
from sentinel.doctor.findings import Finding, fail, ok, skipped

# API Gateway's own where a REST API's authorizer does not say (API Gateway REST API reference, Authorizer).
_REST_DEFAULT_S: Final = 300


async def check_authorizer(aws: Aws, function: str) -> list[Finding]:
    """Examine every API the function says it guards."""
    about = f"authorizer {function}"
    found = await aws.find("lambda", "get_function_configuration", FunctionName=function)
    if found is None:
        return [skipped(about, "there is no such function", "name yours: --authorizer NAME")]
    ids = found.get("Environment", {}).get("Variables", {}).get("SENTINEL_API_ID", "")
    findings: list[Finding] = []
    for api_id in filter(None, map(str.strip, ids.split(","))):
        findings += await _check_api(aws, about, function, api_id)
    return findings or [fail(about, "it guards no API", "set its SENTINEL_API_ID")]


async def _check_api(aws: Aws, about: str, function: str, api_id: str) -> list[Finding]:
    of_http = await aws.all("apigatewayv2", "get_authorizers", "Items", ApiId=api_id)
    if of_http is not None:
        kept = _kept(of_http, function, "AuthorizerUri", "AuthorizerResultTtlInSeconds", 0)
        cure = (
            f"aws apigatewayv2 update-authorizer --api-id {api_id} --authorizer-id ID "
            "--authorizer-result-ttl-in-seconds 0"
        )
    else:
        of_rest = await aws.all("apigateway", "get_authorizers", "items", restApiId=api_id)
        if of_rest is None:
            return [skipped(about, f"there is no API {api_id} in this account", "use a login of the API's account")]
        kept = _kept(of_rest, function, "authorizerUri", "authorizerResultTtlInSeconds", _REST_DEFAULT_S)
        cure = (
            f"aws apigateway update-authorizer --rest-api-id {api_id} --authorizer-id ID "
            "--patch-operations op=replace,path=/authorizerResultTtlInSeconds,value=0"
        )
    if not kept:
        return [fail(about, f"no authorizer of API {api_id} invokes it", "attach it, of type REQUEST, to every route")]
    if longest := max(kept):
        return [fail(about, f"API {api_id} keeps its answers for {longest} s: they outlive a revocation", cure)]
    return [ok(about, f"API {api_id} asks it at every request")]


def _kept(authorizers: Sequence[Mapping[str, Any]], function: str, uri: str, ttl: str, default: int) -> list[int]:
    """Return the result TTL, in seconds, of each authorizer that invokes the function."""
    # A name may begin another; what follows it in the URI is a version or the path.
    names = (f":function:{function}:", f":function:{function}/")
    ours = [each for each in authorizers if any(name in str(each.get(uri, "")) for name in names)]
    return [int(each.get(ttl, default) or 0) for each in ours]
