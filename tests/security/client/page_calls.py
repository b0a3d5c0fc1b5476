"""The calls of the API in the console's sources, read by a simple parser that refuses what it does not understand."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parents[3] / "deploy" / "console" / "source"
# Functions that carry a path from their caller to a request, such as `get` and `post`.
_CARRIER: Final = re.compile(r"(?:async )?function (\w+)\(path\b|const (\w+) = (?:async )?\(path\b")
_CARRIED: Final = re.compile(r'\b(\w+)\((?:"([A-Z]+)", )?path\b')
_TEXT: Final = re.compile(r'"(/[^"\n]*)"|`(/[^`]*)`')
_FIELD: Final = re.compile(r"[{,]\s*(\w+)(?=\s*[:,}])")
_OPENING: Final = {"(": ")", "{": "}", "[": "]"}


@dataclass(frozen=True, slots=True)
class PageCall:
    """A call as a page writes it: `path` with `{id}` for what is put in, `given` the names of query or body."""

    file: str
    method: str
    path: str
    given: frozenset[str]

    def __str__(self) -> str:
        return f"{self.file}: {self.method} {self.path}"


def sources() -> dict[str, str]:
    """Read every module by its path, without comments of several lines."""
    files = sorted(SOURCE.rglob("*.js"))
    texts = {str(file.relative_to(SOURCE)): file.read_text(encoding="utf-8") for file in files}
    return {name: re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL) for name, text in texts.items()}


def carriers(modules: Mapping[str, str]) -> dict[str, str]:
    """Give the method of each function that carries a path, by the function's name."""
    found = {"get": "GET", "post": "POST"}
    for code in modules.values():
        for carrier in _CARRIER.finditer(code):
            name = carrier[1] or carrier[2]
            carried = _CARRIED.search(_definition(code, name) or "", carrier.end() - carrier.start())
            if carried is not None and (method := carried[2] or found.get(carried[1])):
                found[name] = method
    return found


def calls_in(file: str, code: str, methods: Mapping[str, str]) -> Iterator[PageCall]:
    """Read the calls of a module; `methods` are its carriers, by name.

    Raises:
        ValueError: there is one whose method or path cannot be read.

    """
    own = "".join(_definition(code, name) or "" for name in methods)
    for found in re.finditer(rf"(?<![\w.$])(?<!function )(call|{'|'.join(methods)})\(", code):
        arguments = list(_arguments(code, found.end()))
        if f"{found[0]}{','.join(arguments)}" in own:
            continue
        if found[1] == "call":
            method, path, *rest = arguments[0].strip('"'), arguments[1].strip(), ""
        else:
            method, path, *rest = methods[found[1]], arguments[0].strip(), *arguments[1:]
        if not re.fullmatch(rf"(?:[^?]+\? )?({_TEXT.pattern})(?: : ({_TEXT.pattern}))?", path) or not method.isupper():
            raise ValueError(f"{file}: write method and path in the call: {found[0]}{path}")
        given = frozenset(_fields(",".join(rest)))
        for text in _TEXT.finditer(path):
            for each in _paths(code, text[1] or text[2]):
                yield PageCall(file, method, each, given)


def _fields(code: str) -> Iterator[str]:
    """Give the names in object literals, from the innermost outwards."""
    while found := re.search(r"\{[^{}]*\}", code):
        yield from _FIELD.findall(found[0])
        code = code.replace(found[0], "")


def acts_in(code: str) -> Iterator[tuple[str, str]]:
    """Give what each button does: the expression, and the code of the functions of this module that it names.

    What a part does by an `on…` that it was given is another module's.
    """
    for found in re.finditer(r"\bact(?:: |=\$\{)([^,}\n]+)", code):
        names = [name for name in re.findall(r"\w+", found[1]) if name != "act"]
        if not all(re.match("on[A-Z]", name) for name in names):
            yield found[1], "".join(filter(None, (_definition(code, name) for name in names)))


def _definition(code: str, name: str) -> str | None:
    begins = re.search(rf"\b(?:const {name} =|function {name}\()", code)
    if begins is None:
        return None
    body = re.compile(r"\n  \};|;\n(?=  const |  return |\S|\n)|\n\}").search(code, begins.end())
    return code[begins.start() : body.end() if body else len(code)]


def _paths(code: str, template: str) -> list[str]:
    """Put names in the place of what is put in; a step of the path is each of the texts that it is called with."""
    paths = [template]
    for placed in re.findall(r"\$\{([^}]*)\}", template):
        maker = re.search(rf"const (\w+) = \({re.escape(placed)}\) =>", code)
        steps = re.findall(rf'\b{maker[1]}\("([a-z-]+)"\)', code) if maker else ["{id}"]
        paths = [path.replace(f"${{{placed}}}", step, 1) for path in paths for step in steps]
    return paths


def _arguments(code: str, start: int) -> Iterator[str]:
    """Give the arguments of a call whose parenthesis opens before `start`."""
    open_ones, begin = [")"], start
    for at in range(start, len(code)):
        if code[at] == open_ones[-1]:
            open_ones.pop()
        elif code[at] in _OPENING:
            open_ones.append(_OPENING[code[at]])
        if not open_ones or (code[at] == "," and len(open_ones) == 1):
            yield code[begin:at]
            begin = at + 1
        if not open_ones:
            return
