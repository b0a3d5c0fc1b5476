"""The gateway's refusals, in AWS's wording, as a table of status, error type and message.

Sources: API Gateway Developer Guide, "Gateway response types"; re:Post, "troubleshoot HTTP 403 errors from API
Gateway". The error type is in the header `x-amzn-errortype`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Self


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal before any function runs. `message_key` is `Message` where AWS spells it so.

    `challenge`, if any, is the header `www-authenticate`.
    """

    status: int
    error_type: str
    message: str
    message_key: str = "message"
    challenge: str = ""

    @property
    def headers(self) -> Sequence[tuple[str, str]]:
        challenge = [("www-authenticate", self.challenge)] if self.challenge else []
        return [("content-type", "application/json"), ("x-amzn-errortype", self.error_type), *challenge]

    @property
    def body(self) -> bytes:
        return json.dumps({self.message_key: self.message}).encode()

    def about(self, **values: object) -> Self:
        """Return the refusal with the values in its message's places."""
        return replace(self, message=self.message.format(**values))


def _incomplete(message: str) -> Refusal:
    return Refusal(403, "IncompleteSignatureException", message)


def incomplete(missing: Sequence[str]) -> Refusal:
    """Return the refusal of a signature without these parameters."""
    return _incomplete(" ".join(f"Authorization header requires '{name}' parameter." for name in missing))


def _invalid(message: str) -> Refusal:
    return Refusal(403, "InvalidSignatureException", message)


def invalid_token(why: str) -> Refusal:
    """Return the refusal of a token on a route with a JWT authorizer."""
    return replace(UNAUTHORIZED, challenge=f'Bearer scope="" error="invalid_token" error_description="{why}"')


# REST APIs give one response to a call that is unsigned and to one that matches no route.
MISSING_TOKEN: Final = Refusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
NOT_PERMITTED: Final = Refusal(
    403,
    "AccessDeniedException",
    "User: {arn} is not authorized to perform: execute-api:Invoke on resource: {resource}",
    message_key="Message",
)
# HTTP APIs: no identity source, a call that is unsigned or not permitted, no route.
UNAUTHORIZED: Final = Refusal(401, "UnauthorizedException", "Unauthorized")
NO_TOKEN: Final = replace(UNAUTHORIZED, challenge="Bearer")
FORBIDDEN: Final = Refusal(403, "ForbiddenException", "Forbidden")
NOT_FOUND: Final = Refusal(404, "NotFoundException", "Not Found")
# Function URLs: a call that is unsigned or not permitted.
URL_FORBIDDEN: Final = Refusal(403, "AccessDeniedException", "Forbidden", message_key="Message")

# The request's form; 10,240 bytes of request line and headers are the most (API Gateway quotas).
BAD_REQUEST: Final = Refusal(400, "BadRequestException", "Bad Request")
HEADERS_TOO_LARGE: Final = Refusal(431, "RequestHeaderFieldsTooLarge", "Request Header Fields Too Large")
BODY_TOO_LARGE: Final = Refusal(413, "RequestEntityTooLargeException", "Request Entity Too Large")

# The signature's form. Only the scheme of an Authorization and the number of a credential's parts are echoed: the rest
# may contain a secret by mistake.
NOT_A_SIGNATURE: Final = _incomplete(
    "Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' parameters: {scheme:.32}"
)
MALFORMED_CREDENTIAL: Final = _incomplete(
    "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got {parts}"
)
MISSING_DATE: Final = _incomplete(
    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
)
DATE_MISMATCH: Final = _invalid(
    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
    "'{date}' != '{timestamp:.8}', from '{timestamp}'."
)
# Also for signed headers that are out of order.
HOST_NOT_SIGNED: Final = _invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")

# The signature's scope and age.
WRONG_REGION: Final = _invalid("Credential should be scoped to a valid region, not '{region:.32}'.")
WRONG_SERVICE: Final = _invalid("Credential should be scoped to correct service: '{service}'.")
EXPIRED_SIGNATURE: Final = _invalid(
    "Signature expired: {timestamp} is now earlier than {limit:%Y%m%dT%H%M%SZ} ({now:%Y%m%dT%H%M%SZ} - {minutes} min.)"
)
SIGNATURE_NOT_YET_CURRENT: Final = _invalid(
    "Signature not yet current: {timestamp} is still later than {limit:%Y%m%dT%H%M%SZ} "
    "({now:%Y%m%dT%H%M%SZ} + {minutes} min.)"
)

# The key: unknown, or temporary without its own token; expired; with another secret; not to be looked up, because the
# emulator is unreachable and the lookup is not remembered.
UNKNOWN_TOKEN: Final = Refusal(
    403, "UnrecognizedClientException", "The security token included in the request is invalid."
)
EXPIRED_TOKEN: Final = Refusal(403, "ExpiredTokenException", "The security token included in the request is expired")
WRONG_SIGNATURE: Final = _invalid(
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
    "Key and signing method. Consult the service documentation for details."
)
UNAVAILABLE: Final = Refusal(503, "ServiceUnavailableException", "Service Unavailable")
