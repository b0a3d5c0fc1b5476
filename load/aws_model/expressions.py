"""DynamoDB's expressions, as far as Sentinel writes them. What is not understood is refused, never ignored."""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

from load.aws_model.answers import AwsRefusalError

Item = dict[str, Any]
Test = Callable[[Item], bool]
_TOKEN: Final = re.compile(r"\s*(<=|>=|<>|[=<>(),]|[#:]?[A-Za-z_][A-Za-z0-9_]*)")
_COMPARISONS: Final = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def comparable(value: Mapping[str, Any]) -> Any:
    """Return what an attribute value compares by."""
    [(kind, content)] = value.items()
    return Decimal(content) if kind == "N" else content


class _Reader:
    def __init__(self, text: str, names: Mapping[str, str], values: Mapping[str, Any]) -> None:
        self._tokens = list(_tokens(text))
        self._names, self._values, self._text = names, values, text

    def peek(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def take(self, *wanted: str) -> str:
        token = self._tokens.pop(0) if self._tokens else ""
        if wanted and token.upper() not in wanted:
            raise _invalid(f"{self._text!r} has {token!r} where {' or '.join(wanted)} belongs")
        return token

    def takes(self, word: str) -> bool:
        if self.peek().upper() != word:
            return False
        self._tokens.pop(0)
        return True

    def name(self) -> str:
        token = self.take()
        return self._names[token] if token.startswith("#") else token

    def value(self) -> Mapping[str, Any]:
        token = self.take()
        if token not in self._values:
            raise _invalid(f"{self._text!r} has no value {token!r}")
        found: Mapping[str, Any] = self._values[token]
        return found

    def names(self) -> Iterator[str]:
        yield self.name()
        while self.takes(","):
            yield self.name()

    def end(self) -> None:
        if self._tokens:
            raise _invalid(f"{self._text!r} cannot be read from {self.peek()!r}")


def read_condition(text: str, names: Mapping[str, str], values: Mapping[str, Any]) -> Test:
    """Read a condition or key condition.

    Raises:
        AwsRefusalError: it is not understood.

    """
    reader = _Reader(text, names, values)
    test = _either(reader)
    reader.end()
    return test


def apply_update(item: Item, text: str, names: Mapping[str, str], values: Mapping[str, Any]) -> None:
    """Change an item by SET, REMOVE and ADD (of numbers).

    Raises:
        AwsRefusalError: the expression is not understood.

    """
    reader = _Reader(text, names, values)
    while reader.peek():
        match reader.take("SET", "REMOVE", "ADD").upper():
            case "SET":
                _set(reader, item)
            case "REMOVE":
                for name in reader.names():
                    item.pop(name, None)
            case _:
                name, by = reader.name(), reader.value()
                item[name] = {"N": str(Decimal(item.get(name, {"N": "0"})["N"]) + Decimal(by["N"]))}
    reader.end()


def _set(reader: _Reader, item: Item) -> None:
    more = True
    while more:
        name = reader.name()
        reader.take("=")
        item[name] = dict(reader.value())
        more = reader.takes(",")


def _either(reader: _Reader) -> Test:
    tests = [_both(reader)]
    while reader.takes("OR"):
        tests.append(_both(reader))
    return tests[0] if len(tests) == 1 else lambda item: any(test(item) for test in tests)


def _both(reader: _Reader) -> Test:
    tests = [_one(reader)]
    while reader.takes("AND"):
        tests.append(_one(reader))
    return tests[0] if len(tests) == 1 else lambda item: all(test(item) for test in tests)


def _one(reader: _Reader) -> Test:
    if reader.takes("("):
        test = _either(reader)
        reader.take(")")
        return test
    for function in ("attribute_exists", "attribute_not_exists", "begins_with", "size"):
        if reader.peek() == function:
            reader.take()
            return _function(reader, function)
    name = reader.name()
    if reader.takes("BETWEEN"):
        low = comparable(reader.value())
        reader.take("AND")
        high = comparable(reader.value())
        return lambda item: name in item and low <= comparable(item[name]) <= high
    compare, wanted = _COMPARISONS[reader.take(*_COMPARISONS)], comparable(reader.value())
    return lambda item: name in item and bool(compare(comparable(item[name]), wanted))


def _function(reader: _Reader, function: str) -> Test:
    reader.take("(")
    name = reader.name()
    if function == "begins_with":
        reader.take(",")
        prefix = str(comparable(reader.value()))
        reader.take(")")
        return lambda item: name in item and str(comparable(item[name])).startswith(prefix)
    reader.take(")")
    if function == "size":
        compare, wanted = _COMPARISONS[reader.take(*_COMPARISONS)], comparable(reader.value())
        return lambda item: name in item and bool(compare(len(comparable(item[name])), wanted))
    is_wanted = function == "attribute_exists"
    return lambda item: (name in item) is is_wanted


def _tokens(text: str) -> Iterator[str]:
    at, text = 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _invalid(f"{text!r} cannot be read from {text[at:]!r}")
        yield match[1]
        at = match.end()


def _invalid(message: str) -> AwsRefusalError:
    return AwsRefusalError("ValidationException", f"the latency model does not understand: {message}")
