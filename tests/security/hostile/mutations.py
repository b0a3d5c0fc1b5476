"""Valid things made invalid: any part of a JSON value replaced, removed or joined by something unsolicited."""

import copy
from collections.abc import Iterator
from typing import Any, Final

from hypothesis import strategies as st

Path = tuple[str | int, ...]
HOSTILE_TEXTS: Final = (
    "",
    " ",
    "\x00",
    "\ud800",
    "\u2028",
    "a\u202eb",
    "a" * 100_000,
    "1" * 5000,
    "-1",
    "/",
    "//",
    "..",
    "/../v1/whoami",
    "%2f",
    "%00",
    "*",
    "null",
    "\r\nSet-Cookie: a=b",
    '"}\n{"kind": "sentinel.audit"',
    "<script>alert(1)</script>",
    "${jndi:ldap://x}",
    "user#alice",
)
_values = st.one_of(
    st.sampled_from(HOSTILE_TEXTS),
    st.sampled_from([None, True, False, 0, -1, 10**30, 1e308, [], {}, [None], {"": None}, [[]], ["a", "a"]]).map(
        copy.deepcopy
    ),
    st.text(max_size=20),
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=5
    ),
)


@st.composite
def mutated(draw: st.DrawFn, bases: st.SearchStrategy[Any], most: int = 3) -> Any:
    """Change up to so many places of one of the bases."""
    value = copy.deepcopy(draw(bases))
    for _ in range(draw(st.integers(0, most))):
        places = list(_places(value))
        if not places:
            return draw(_values)
        value = _change(draw, value, draw(st.sampled_from(places)))
    return value


def _places(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    children: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from _places(child, (*path, key))


def _change(draw: st.DrawFn, value: Any, path: Path) -> Any:
    *way, last = path
    parent = value
    for step in way:
        parent = parent[step]
    match draw(st.sampled_from(["replace", "replace", "wrap", "remove", "double", "join"])):
        case "replace":
            parent[last] = draw(_values)
        case "wrap":
            parent[last] = draw(st.sampled_from([[parent[last]], {"S": parent[last]}, str(parent[last]) + "\n"]))
        case "remove":
            del parent[last]
        case "double" if isinstance(parent, list) and isinstance(last, int):
            parent.insert(last, parent[last])
        case _ if isinstance(parent, dict):
            parent[draw(st.sampled_from(HOSTILE_TEXTS))] = draw(_values)
        case _:
            parent.append(draw(_values))
    return value
