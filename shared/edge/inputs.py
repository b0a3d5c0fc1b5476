"""What callers send, as models: strict, unknown names refused, and every problem reported at once."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from shared.core.caller_names import is_caller_name
from shared.core.fields import PROFILE_NAME_PATTERN, Duration
from shared.edge.error_codes import Code
from shared.edge.http_request import HttpRequest, parse_json_object
from shared.edge.responses import Refusal

_MOST_PROBLEMS: Final = 10
_NAME_ROOM: Final = 64
# Control characters other than newline and tab, and marks that change the direction of text.
_PLAIN_TEXT: Final = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*$"


def _is_a_callers(value: str) -> str:
    if not is_caller_name(value):
        raise ValueError("no caller can have this name; `sentinel whoami` shows names, like alice or role/deploy")
    return value


ProfileName = Annotated[str, StringConstraints(pattern=f"^{PROFILE_NAME_PATTERN}$")]
UserName = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=_PLAIN_TEXT)]
CallerName = Annotated[UserName, AfterValidator(_is_a_callers)]
WrittenDuration = Duration


def plain_text(shortest: int, longest: int) -> StringConstraints:
    """Require text of a length in characters, without the white space around it."""
    return StringConstraints(strip_whitespace=True, min_length=shortest, max_length=longest, pattern=_PLAIN_TEXT)


class Input(BaseModel):
    """The base class of every body and query."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Nothing(Input):
    """The input of a call that takes no input."""


Model = TypeVar("Model", bound=Input)


def parse_body(request: HttpRequest, model: type[Model]) -> Model | Refusal:
    """Parse the JSON body of a request; a query string is refused."""
    if request.query:
        return _invalid("this call takes its input in the JSON body: leave the query string out")
    body = parse_json_object(request)
    return body if isinstance(body, Refusal) else _validate(body, model, "field")


def parse_optional_body(request: HttpRequest, model: type[Model]) -> Model | Refusal:
    """Parse the JSON body of a request, which may be absent."""
    if not request.body and not request.query:
        return model()
    return parse_body(request, model)


def parse_query(request: HttpRequest, model: type[Model]) -> Model | Refusal:
    """Parse the query string."""
    return _validate(request.query, model, "query parameter")


def _validate(values: Mapping[str, Any], model: type[Model], kind: str) -> Model | Refusal:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]["loc"]
        about = str(first[0]) if first and first[0] in model.model_fields else None
        return replace(_invalid("; ".join(list(_problems(error, kind))[:_MOST_PROBLEMS])), about=about)


def _problems(error: ValidationError, kind: str) -> Iterator[str]:
    for details in error.errors(include_url=False, include_input=False):
        if details["loc"]:
            yield f"{kind} {str(details['loc'][0])[:_NAME_ROOM]!a} {_words(details)}"
        else:
            yield _own_words(details)


def _words(details: ErrorDetails) -> str:
    context = details.get("ctx", {})
    match details["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not known here"
        case "string_too_short":
            return f"is too short: at least {context['min_length']} characters"
        case "string_too_long":
            return f"is too long: at most {context['max_length']} characters"
        case "string_type" | "string_unicode":
            return "must be text"
        case "string_pattern_mismatch":
            return "holds a character, or has a shape, that is not allowed here"
        case "enum" | "literal_error":
            return f"must be one of {context['expected'].replace(' or ', ', ').replace(chr(39), '')}"
        case _:
            return f"cannot be read: {_own_words(details)}"


def _own_words(details: ErrorDetails) -> str:
    return details["msg"].removeprefix("Value error, ")


def _invalid(problems: str) -> Refusal:
    return Refusal(Code.INVALID_REQUEST, f"{problems[0].upper()}{problems[1:]}.")
