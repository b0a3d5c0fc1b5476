"""What Slack accepts as blocks and as a modal: the types that are used, their fields and their limits, nothing else.

Slack's documentation, "Block Kit", the reference of each block, element and composition object, and "Views".
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

# Gives the problems of a value, each with its place.
Check: TypeAlias = Callable[[Any, str], Iterator[str]]
MOST_BLOCKS: Final = 50
_MOST_VIEW_BLOCKS: Final = 100


def blocks_problems(blocks: Any) -> list[str]:
    """Give what Slack would refuse about the blocks of a message."""
    return [*_list_of(_one_of(_MESSAGE_BLOCKS), MOST_BLOCKS)(blocks, "blocks"), *_twice(blocks)]


def view_problems(view: Any) -> list[str]:
    """Give what Slack would refuse about a modal."""
    return [*_object(_VIEW, {"type", "title", "blocks"})(view, "view"), *_twice((view or {}).get("blocks"))]


def _twice(blocks: Any) -> Iterator[str]:
    """Find ids that two blocks, or two elements of one block, share."""
    listed = [each for each in blocks or () if isinstance(each, dict)]
    ids = [each["block_id"] for each in listed if "block_id" in each]
    actions = [
        [str(element.get("action_id")) for element in each.get("elements", ()) if "action_id" in element]
        for each in listed
        if each.get("type") == "actions"
    ]
    if len(set(ids)) < len(ids) or any(len(set(each)) < len(each) for each in actions):
        yield "blocks: an id is there twice"


def _text(most: int, least: int = 1) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, str) or not least <= len(value) <= most:
            yield f"{place}: must be text of {least} to {most} characters"

    return check


def _flag(value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield f"{place}: must be true or false"


def _number(value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield f"{place}: must be a number"


def _words(*words: str) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        if value not in words:
            yield f"{place}: must be one of {', '.join(words)}"

    return check


def _list_of(each: Check, most: int) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            yield f"{place}: must be a list of 1 to {most}"
            return
        for number, item in enumerate(value):
            yield from each(item, f"{place}/{number}")

    return check


def _object(fields: Mapping[str, Check], required: set[str]) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{place}: must be an object"
            return
        yield from (f"{place}: {name} is missing" for name in sorted(required - value.keys()))
        for name, item in value.items():
            if name in fields:
                yield from fields[name](item, f"{place}/{name}")
            else:
                yield f"{place}: {name} is not a field of it"

    return check


def _one_of(kinds: Mapping[str, Check]) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in kinds:
            yield f"{place}: unsupported type {kind}"
        else:
            yield from kinds[kind](value, place)

    return check


def _plain(most: int) -> Check:
    fields = {"type": _words("plain_text"), "text": _text(most), "emoji": _flag}
    return _object(fields, {"type", "text"})


def _any_text(most: int) -> Check:
    marked = _object({"type": _words("mrkdwn"), "text": _text(most), "verbatim": _flag}, {"type", "text"})
    return _one_of({"plain_text": _plain(most), "mrkdwn": marked})


def _typed(kind: str, required: set[str], **fields: Check) -> Mapping[str, Check]:
    return {kind: _object({"type": _words(kind), **fields}, {"type", *required})}


_ID: Final = _text(255)
_OPTION: Final = _object({"text": _any_text(75), "value": _text(150), "description": _any_text(75)}, {"text", "value"})
_CONFIRM: Final = _object(
    {"title": _plain(100), "text": _any_text(300), "confirm": _plain(30), "deny": _plain(30), "style": _text(20)},
    {"title", "text", "confirm", "deny"},
)
_BUTTON: Final = _typed(
    "button",
    {"text", "action_id"},
    text=_plain(75),
    action_id=_ID,
    value=_text(2000),
    url=_text(3000),
    style=_words("primary", "danger"),
    confirm=_CONFIRM,
    accessibility_label=_text(75),
)
_SELECT: Final = _typed(
    "static_select",
    {"action_id", "options"},
    action_id=_ID,
    options=_list_of(_OPTION, 100),
    initial_option=_OPTION,
    placeholder=_plain(150),
    focus_on_load=_flag,
)
_INPUT_ELEMENTS: Final = {
    **_SELECT,
    **_typed(
        "plain_text_input",
        {"action_id"},
        action_id=_ID,
        initial_value=_text(3000),
        multiline=_flag,
        min_length=_number,
        max_length=_number,
        placeholder=_plain(150),
        focus_on_load=_flag,
    ),
}
_LINK: Final = _typed("link", {"url"}, url=_text(3000), text=_text(3000))
_RICH: Final = _typed("rich_text_section", {"elements"}, elements=_list_of(_one_of(_LINK), 50))
_MESSAGE_BLOCKS: Final = {
    **_typed("header", {"text"}, text=_plain(150), block_id=_ID),
    **_typed(
        "section",
        set(),
        text=_any_text(3000),
        fields=_list_of(_any_text(2000), 10),
        block_id=_ID,
        accessory=_one_of({**_BUTTON, **_SELECT}),
    ),
    **_typed("divider", set(), block_id=_ID),
    **_typed("context", {"elements"}, elements=_list_of(_any_text(3000), 10), block_id=_ID),
    **_typed("actions", {"elements"}, elements=_list_of(_one_of({**_BUTTON, **_SELECT}), 25), block_id=_ID),
    **_typed("rich_text", {"elements"}, elements=_list_of(_one_of(_RICH), 50), block_id=_ID),
}
_VIEW_BLOCKS: Final = {
    **_MESSAGE_BLOCKS,
    **_typed(
        "input",
        {"label", "element"},
        label=_plain(2000),
        element=_one_of(_INPUT_ELEMENTS),
        hint=_plain(2000),
        optional=_flag,
        dispatch_action=_flag,
        block_id=_ID,
    ),
}
_VIEW: Final[Mapping[str, Check]] = {
    "type": _words("modal"),
    "title": _plain(24),
    "submit": _plain(24),
    "close": _plain(24),
    "blocks": _list_of(_one_of(_VIEW_BLOCKS), _MOST_VIEW_BLOCKS),
    "callback_id": _ID,
    "private_metadata": _text(3000, 0),
    "clear_on_close": _flag,
    "notify_on_close": _flag,
    "external_id": _ID,
}
