"""The service's responses, read strictly enough to trust and loosely enough for a newer service."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from sentinel.errors import Refusal, ServiceUnreachableError, printable
from shared.core.ids import ID_PATTERN

Model = TypeVar("Model", bound=BaseModel)
Shown = Annotated[str, AfterValidator(printable)]
_OTHER_SERVER_HINT: Final = "check the remote server's URL, its stage path included"
_OTHER_ISSUER_HINT: Final = "check `issuer` and the remote server's URL, its stage path included"
# Where API Gateway refuses a token, its challenge says why (RFC 6750, section 3).
_CHALLENGE: Final = re.compile(r'error_description="([^"]{1,200})"')
_GATEWAY_HINT: Final = (
    "check that your own AWS credentials are current and of an account Sentinel trusts, that you may "
    "execute-api:Invoke this API, that the region is the API's, and that this machine's clock is right"
)


class Answer(BaseModel):
    """The base of every answer: fields it does not know are left out, so that a newer service is understood."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class ProfileAccess(Answer):
    """A profile of the catalogue as the caller sees it."""

    name: str = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")
    description: Shown | None = None
    account: Shown | None = None
    region: Shown | None = None
    access: Literal["allowed", "approval", "denied"]
    reason: Shown | None = None


class ListAnswer(Answer):
    """A list. A row this version cannot read is left out and counted, so that it does not hide the others.

    `dropped` is how many, and `unreadable` names what the service itself left out.
    """

    rows_in: ClassVar[str]
    row: ClassVar[type[Answer]]
    dropped: int = 0
    unreadable: tuple[Shown, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _leave_out(cls, value: Any) -> Any:
        written = value.get(cls.rows_in) if isinstance(value, dict) else None
        if not isinstance(written, list):
            return value
        rows = [row for row in map(cls._read, written) if row is not None]
        named = value.get("unreadable")
        unreadable = [each for each in named if isinstance(each, str)] if isinstance(named, list) else []
        return {**value, cls.rows_in: rows, "dropped": len(written) - len(rows), "unreadable": unreadable}

    @classmethod
    def _read(cls, written: object) -> Answer | None:
        try:
            return cls.row.model_validate(written)
        except ValidationError:
            return None


class ProfileList(ListAnswer):
    """The catalogue."""

    rows_in = "profiles"
    row = ProfileAccess
    rows: Sequence[ProfileAccess] = Field(alias="profiles")


class Caller(Answer):
    """Who the service says is asking. A token's caller has an issuer and a subject, and no account."""

    user: Shown
    kind: Shown
    account: Shown = ""
    arn: Shown
    role: Shown | None = None
    session_name: Shown | None = None
    authentication: Shown | None = None
    issuer: Shown | None = None
    subject: Shown | None = None
    groups: tuple[Shown, ...] = ()


class _Status(Answer):
    status: str


class SessionState(Answer):
    """The part of a session that says whether its credentials may be handed out again."""

    session: _Status
    current: bool | None = None

    @property
    def is_current(self) -> bool:
        return self.session.status == "active" and self.current is not False


class _ErrorBody(Answer):
    code: str = Field(pattern=r"^[a-z0-9_]{1,64}$")
    message: Shown
    hint: Shown | None = None
    request_id: Shown | None = None
    grant_id: str | None = Field(default=None, pattern=f"^{ID_PATTERN}$")


class _GatewayBody(Answer):
    message: Shown = ""
    capital: Shown = Field(alias="Message", default="")


def read_answer(model: type[Model], body: bytes) -> Model:
    """Read a 200's body.

    Raises:
        ServiceUnreachableError: it is not what Sentinel answers. The body is not repeated: it may hold a secret.

    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, problem["loc"])) or "the body" for problem in error.errors())
        raise ServiceUnreachableError(
            f"the remote server's answer is not Sentinel's (wrong: {printable(places)})", _OTHER_SERVER_HINT
        ) from None


def read_refusal(status: int, headers: Mapping[str, str], body: bytes, refused_hint: str = "") -> Refusal:
    """Read anything but a 200: Sentinel's own words, or those of the gateway in front of it.

    `refused_hint` says what to do where the gateway refuses the caller, instead of what AWS credentials need.

    Raises:
        ServiceUnreachableError: a redirect, or an unexplained error.

    """
    try:
        error = _ErrorBody.model_validate_json(body)
    except ValidationError:
        return _read_foreign(status, headers, body, refused_hint)
    return Refusal(
        status,
        error.code,
        error.message,
        error.hint or "",
        error.request_id or "",
        _retry_after_s(headers),
        error.grant_id or "",
    )


def _read_foreign(status: int, headers: Mapping[str, str], body: bytes, refused_hint: str) -> Refusal:
    said = _gateway_words(body)
    match status:
        case 401 | 403:
            why = _CHALLENGE.search(headers.get("WWW-Authenticate", ""))
            message = f"the gateway refused the request before Sentinel saw it: {said or f'HTTP {status}'}"
            message += f" ({printable(why[1])})" if why else ""
            return Refusal(status, "gateway_refused", message, refused_hint or _GATEWAY_HINT)
        case 404:
            hint = _OTHER_ISSUER_HINT if refused_hint else _OTHER_SERVER_HINT
            return Refusal(status, "not_sentinel", "nothing of Sentinel's answers at this URL", hint)
        case 429:
            return Refusal(status, "throttled", said or "too many requests", "wait", "", _retry_after_s(headers))
        case _ if 300 <= status < 400:  # noqa: PLR2004 - the class of redirects
            raise ServiceUnreachableError("the remote server redirects, which is never followed", _OTHER_SERVER_HINT)
        case _:
            raise ServiceUnreachableError(f"the remote server answered HTTP {status}: {said or 'no reason given'}")


def _gateway_words(body: bytes) -> str:
    try:
        words = _GatewayBody.model_validate_json(body)
    except ValidationError:
        return ""
    return words.message or words.capital


def _retry_after_s(headers: Mapping[str, str]) -> int:
    value = headers.get("Retry-After", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else 0  # noqa: PLR2004 - under a day or so
