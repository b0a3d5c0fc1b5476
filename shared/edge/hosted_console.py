"""The setting `console`: the console is served to browsers, and people sign in to it at one issuer."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from shared.core.issuer import Audience, IssuerUrl, is_issuer_name

# An origin is a part of the policy that browsers hold the page to, so it has none of the policy's own characters.
_ORIGIN: Final = re.compile(r"https://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?")
_DEFAULT_SCOPES: Final = "openid email profile"


def _is_origin(value: str) -> str:
    if not _ORIGIN.fullmatch(value):
        raise ValueError("write an origin as https://host or https://host:port, in lower case, without a path")
    return value


def _is_name(value: str) -> str:
    if not is_issuer_name(value):
        raise ValueError("issuer: it is the name of an issuer")
    return value


def _asks_for_an_id_token(value: str) -> str:
    if "openid" not in value.split():
        raise ValueError("scopes: they are separated by spaces, and openid is one of them")
    return value


def origin_of(url: str) -> str:
    """Give the origin of an https URL, which may stand in a browser's policy.

    Raises:
        ValueError: it has none of that form.

    """
    parts = urlsplit(url)
    return _is_origin(f"{parts.scheme}://{parts.netloc.lower()}")


def _has_origin(value: str) -> str:
    origin_of(value)
    return value


class HostedConsole(BaseModel):
    """Where the people of a console sign in: the issuer's name, its URL, and the page's OAuth client.

    `origins` are those of endpoints that the provider has elsewhere than at its issuer URL.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: Annotated[str, AfterValidator(_is_name)]
    issuer_url: Annotated[IssuerUrl, AfterValidator(_has_origin)]
    client_id: Audience
    scopes: Annotated[str, Field(pattern=r"^[!#-\[\]-~ ]{1,500}$"), AfterValidator(_asks_for_an_id_token)] = (
        _DEFAULT_SCOPES
    )
    origins: Annotated[tuple[Annotated[str, AfterValidator(_is_origin)], ...], Field(max_length=5)] = ()

    @property
    def connects_to(self) -> Sequence[str]:
        """Give the origins that the page may send requests to, other than its own."""
        return sorted({origin_of(self.issuer_url), *self.origins})

    @property
    def page_config(self) -> Mapping[str, str]:
        """Give what the page reads: nothing of it is a secret."""
        return {
            "mode": "hosted",
            "api": f"../as/{self.issuer}",
            "issuer": self.issuer_url,
            "client_id": self.client_id,
            "scope": self.scopes,
        }


def _parse(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        raise ValueError("it is a JSON object") from None


ConsoleSetting = Annotated[HostedConsole, BeforeValidator(_parse)]
