"""An ID token is verified before it is kept: its signature, who issued it, for whom, when, and for which request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from sentinel.errors import ProviderError
from sentinel.oidc.tokens import MalformedTokenError, read_token

# Those of API Gateway's JWT authorizers, which verify it again. `none` and keys that are shared are not among them.
ALGORITHMS: Final = ("RS256", "RS384", "RS512")
_LEEWAY_S: Final = 60


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token must say. `nonce` and `subject` are None where the request had none."""

    issuer: str
    client_id: str
    nonce: str | None = field(default=None, repr=False)
    subject: str | None = None


def verify_id_token(
    answer: Mapping[str, Any], keys: Any, expected: Expected, now: datetime
) -> tuple[str, Mapping[str, Any]]:
    """Return the ID token of a token endpoint's answer, verified with the provider's keys, and its claims.

    Raises:
        ProviderError: it has no such token, or not the expected one. The message names the claim and repeats no value.

    """
    try:
        token = read_token(str(answer.get("id_token") or ""))
        decoded = jwt.decode(
            token, KeySet.import_key_set(keys), registry=JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        )
        claims = CodeIDToken(decoded.claims, decoded.header, _options(expected), _parameters(answer, expected))
        claims.validate(now=int(now.timestamp()), leeway=_LEEWAY_S)
    except MalformedTokenError:
        hint = "the scopes must hold `openid`; a provider that renews no ID token needs a new `sentinel login`"
        raise ProviderError("the identity provider's answer has no ID token", hint) from None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        wrong = getattr(error, "claim", None) or getattr(error, "error", None) or type(error).__name__
        raise ProviderError(
            f"the identity provider's ID token is not accepted ({wrong})",
            "check oidc_issuer_url, oidc_client_id and this machine's clock; it has to be signed with RSA (RS256)",
        ) from None
    return token, claims


def _options(expected: Expected) -> dict[str, Any]:
    options: dict[str, Any] = {
        "iss": {"essential": True, "value": expected.issuer},
        "aud": {"essential": True, "value": expected.client_id},
    }
    return options | ({"sub": {"essential": True, "value": expected.subject}} if expected.subject else {})


def _parameters(answer: Mapping[str, Any], expected: Expected) -> dict[str, Any]:
    return {"nonce": expected.nonce, "client_id": expected.client_id, "access_token": answer.get("access_token")}
