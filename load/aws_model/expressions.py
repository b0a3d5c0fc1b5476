"""DynamoDB's expressions, as far as Sentinel writes them. What is not understood is refused, never ignored."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

from lark import Lark, LarkError, Token, Transformer, Tree, v_args

from load.aws_model.services import AwsRefusalError

Item = dict[str, Any]
Value = Mapping[str, Any]
Test = Callable[[Item], bool]
Change = Callable[[Item], object]
_COMPARISONS: Final = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_GRAMMAR: Final = r"""
?condition: both ("OR"i both)*
?both: one ("AND"i one)*
?one: "(" condition ")"
    | NAME COMPARISON VALUE -> compares
    | "size" "(" NAME ")" COMPARISON VALUE -> measures
    | NAME "BETWEEN"i VALUE "AND"i VALUE -> between
    | "begins_with" "(" NAME "," VALUE ")" -> begins
    | "attribute_exists" "(" NAME ")" -> exists
    | "attribute_not_exists" "(" NAME ")" -> lacks
update: ("SET"i set ("," set)* | "REMOVE"i remove ("," remove)* | "ADD"i add ("," add)*)+
set: NAME "=" VALUE
remove: NAME
add: NAME VALUE
NAME: /#?[A-Za-z_]\w*/
VALUE: /:[A-Za-z_]\w*/
COMPARISON: "=" | "<>" | "<" | "<=" | ">" | ">="
%ignore " "
"""
_PARSER: Final = Lark(_GRAMMAR, parser="lalr", start=["condition", "update"])


def comparable(value: Value) -> Any:
    """Return what an attribute value compares by."""
    [(kind, content)] = value.items()
    return Decimal(content) if kind == "N" else content


def read_condition(text: str, names: Mapping[str, str], values: Mapping[str, Any]) -> Test:
    """Read a condition or key condition.

    Raises:
        AwsRefusalError: it is not understood.

    """
    test: Test = _read("condition", text, names, values)
    return test


def apply_update(item: Item, text: str, names: Mapping[str, str], values: Mapping[str, Any]) -> None:
    """Change an item by SET, REMOVE and ADD (of numbers).

    Raises:
        AwsRefusalError: the expression is not understood.

    """
    changes: Iterable[Change] = _read("update", text, names, values)
    for change in changes:
        change(item)


def _read(start: str, text: str, names: Mapping[str, str], values: Mapping[str, Any]) -> Any:
    try:
        return _Reader(names, values).transform(_parse(start, text))
    except LarkError as error:
        message = f"the latency model does not understand {text!r}: {error}"
        raise AwsRefusalError("ValidationException", message) from None


@lru_cache
def _parse(start: str, text: str) -> Tree[Token]:
    return _PARSER.parse(text, start=start)


@v_args(inline=True)
class _Reader(Transformer[Token, Any]):
    """Makes tests and changes of a parsed expression; each method is named after its rule of the grammar."""

    def __init__(self, names: Mapping[str, str], values: Mapping[str, Any]) -> None:
        super().__init__()
        self._names, self._values = names, values

    def NAME(self, token: str) -> str:  # noqa: N802 - the terminal's name
        return self._names[token] if token.startswith("#") else str(token)

    def VALUE(self, token: str) -> Value:  # noqa: N802 - the terminal's name
        found: Value = self._values[token]
        return found

    def condition(self, *tests: Test) -> Test:
        return lambda item: any(test(item) for test in tests)

    def both(self, *tests: Test) -> Test:
        return lambda item: all(test(item) for test in tests)

    def compares(self, name: str, comparison: str, value: Value) -> Test:
        compare, wanted = _COMPARISONS[comparison], comparable(value)
        return lambda item: name in item and bool(compare(comparable(item[name]), wanted))

    def measures(self, name: str, comparison: str, value: Value) -> Test:
        compare, wanted = _COMPARISONS[comparison], comparable(value)
        return lambda item: name in item and bool(compare(len(comparable(item[name])), wanted))

    def between(self, name: str, low: Value, high: Value) -> Test:
        least, most = comparable(low), comparable(high)
        return lambda item: name in item and bool(least <= comparable(item[name]) <= most)

    def begins(self, name: str, prefix: Value) -> Test:
        return lambda item: name in item and str(comparable(item[name])).startswith(comparable(prefix))

    def exists(self, name: str) -> Test:
        return lambda item: name in item

    def lacks(self, name: str) -> Test:
        return lambda item: name not in item

    def update(self, *changes: Change) -> Iterable[Change]:
        return changes

    def set(self, name: str, value: Value) -> Change:
        return lambda item: item.update({name: dict(value)})

    def remove(self, name: str) -> Change:
        return lambda item: item.pop(name, None)

    def add(self, name: str, value: Value) -> Change:
        return lambda item: item.update({name: {"N": str(comparable(item.get(name, {"N": "0"})) + comparable(value))}})
