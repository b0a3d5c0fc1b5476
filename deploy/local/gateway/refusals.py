"""The gateway's refusals, in AWS's wording.

Sources: API Gateway Developer Guide, "Gateway response types"; re:Post, "troubleshoot HTTP 403 errors from API
Gateway". The error type is in the header `x-amzn-errortype`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal before any function runs. `message_key` is `Message` where AWS spells it so."""

    status: int
    error_type: str
    message: str
    message_key: str = "message"


def missing_token() -> Refusal:
    """Refuse a REST API call that is unsigned or matches no route: AWS gives one response for both."""
    return Refusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token")


def unauthorized() -> Refusal:
    """Refuse a request without the authorizer's identity source, as HTTP APIs do."""
    return Refusal(401, "UnauthorizedException", "Unauthorized")


def forbidden() -> Refusal:
    """Refuse an unsigned or unpermitted call as HTTP APIs do."""
    return Refusal(403, "ForbiddenException", "Forbidden")


def url_forbidden() -> Refusal:
    """Refuse an unsigned or unpermitted call as function URLs do."""
    return Refusal(403, "AccessDeniedException", "Forbidden", message_key="Message")


def not_permitted(arn: str, resource: str) -> Refusal:
    """Refuse an identity whose policies do not allow `execute-api:Invoke`, as REST APIs do."""
    fields = resource.split(":")
    masked = ":".join([*fields[:4], f"********{fields[4][-4:]}", *fields[5:]])
    message = f"User: {arn} is not authorized to perform: execute-api:Invoke on resource: {masked}"
    return Refusal(403, "AccessDeniedException", message, message_key="Message")


def not_a_signature(shown: str) -> Refusal:
    """Refuse an Authorization that is not Signature Version 4. Only its first word is echoed."""
    scheme = shown.split(" ", 1)[0][:32]
    message = f"Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' parameters: {scheme}"
    return Refusal(403, "IncompleteSignatureException", message)


def incomplete_signature(missing: list[str]) -> Refusal:
    """Refuse a signature with missing parts."""
    message = " ".join(f"Authorization header requires '{name}' parameter." for name in missing)
    return Refusal(403, "IncompleteSignatureException", message)


def malformed_credential(credential: str) -> Refusal:
    """Refuse a credential without its five parts. It may contain a secret by mistake, so only the count is reported."""
    message = (
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
        f"got {credential.count('/') + 1}"
    )
    return Refusal(403, "IncompleteSignatureException", message)


def missing_date() -> Refusal:
    """Refuse a signature without a readable time."""
    message = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
    return Refusal(403, "IncompleteSignatureException", message)


def date_mismatch(date: str, timestamp: str) -> Refusal:
    """Refuse a scope whose date is not the signature's."""
    message = (
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
        f"'{date}' != '{timestamp[:8]}', from '{timestamp}'."
    )
    return Refusal(403, "InvalidSignatureException", message)


def host_not_signed() -> Refusal:
    """Refuse a signature that leaves the host out, or lists its headers out of order."""
    message = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
    return Refusal(403, "InvalidSignatureException", message)


def wrong_region(region: str) -> Refusal:
    """Refuse a signature made for another region."""
    message = f"Credential should be scoped to a valid region, not '{region[:32]}'."
    return Refusal(403, "InvalidSignatureException", message)


def wrong_service(service: str) -> Refusal:
    """Refuse a signature made for a service that is not the endpoint's."""
    return Refusal(403, "InvalidSignatureException", f"Credential should be scoped to correct service: '{service}'.")


def expired_signature(timestamp: str, earliest: datetime, now: datetime, window: timedelta) -> Refusal:
    """Refuse a signature that is too old."""
    minutes = int(window.total_seconds() // 60)
    message = (
        f"Signature expired: {timestamp} is now earlier than {_instant(earliest)} ({_instant(now)} - {minutes} min.)"
    )
    return Refusal(403, "InvalidSignatureException", message)


def signature_not_yet_current(timestamp: str, latest: datetime, now: datetime, window: timedelta) -> Refusal:
    """Refuse a signature from the future."""
    minutes = int(window.total_seconds() // 60)
    message = (
        f"Signature not yet current: {timestamp} is still later than {_instant(latest)} "
        f"({_instant(now)} + {minutes} min.)"
    )
    return Refusal(403, "InvalidSignatureException", message)


def unknown_token() -> Refusal:
    """Refuse an unknown key, or a temporary key without its own token."""
    return Refusal(403, "UnrecognizedClientException", "The security token included in the request is invalid.")


def expired_token() -> Refusal:
    """Refuse an expired temporary credential."""
    return Refusal(403, "ExpiredTokenException", "The security token included in the request is expired")


def wrong_signature() -> Refusal:
    """Refuse a signature that this secret does not produce."""
    message = (
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details."
    )
    return Refusal(403, "InvalidSignatureException", message)


def not_found() -> Refusal:
    """Refuse a call that matches no route of an HTTP API."""
    return Refusal(404, "NotFoundException", "Not Found")


def bad_request() -> Refusal:
    """Refuse a malformed request line."""
    return Refusal(400, "BadRequestException", "Bad Request")


def headers_too_large() -> Refusal:
    """Refuse request line and headers over 10,240 bytes (API Gateway quotas)."""
    return Refusal(431, "RequestHeaderFieldsTooLarge", "Request Header Fields Too Large")


def body_too_large() -> Refusal:
    """Refuse a body over the endpoint's limit."""
    return Refusal(413, "RequestEntityTooLargeException", "Request Entity Too Large")


def unavailable() -> Refusal:
    """Refuse when the identity cannot be checked: the emulator is unreachable and the lookup is not remembered."""
    return Refusal(503, "ServiceUnavailableException", "Service Unavailable")


def _instant(value: datetime) -> str:
    return value.strftime("%Y%m%dT%H%M%SZ")
