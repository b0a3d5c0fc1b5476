"""The part of CloudWatch Logs Insights' language that the queries use: a grammar, and the fields that a query names.

CloudWatch Logs User Guide, "CloudWatch Logs Insights language query syntax", with the tables of its functions. What is
not here is an error, though AWS may have it.
"""

from collections.abc import Iterator
from typing import Final

from lark import Lark, Token, Tree

_GRAMMAR: Final = r"""
    start: command ("|" command)*
    ?command: filter | fields | stats | sort | limit
    filter: "filter" _or
    fields: "fields" value ("," value)*
    stats: "stats" named ("," named)* ["by" group ("," group)*]
    sort: "sort" field DIRECTION ("," field DIRECTION)*
    limit: "limit" INT
    named: AGGREGATE "(" (ALL | operand ("," INT)?) ")" "as" NEW
    group: value | "bin" "(" PERIOD ")"
    _or: _and ("or" _and)*
    _and: _test ("and" _test)*
    _test: comparison | membership | match | presence | "(" _or ")"
    comparison: value COMPARED (STRING | INT)
    membership: value "in" "[" STRING ("," STRING)* "]"
    match: value "like" (REGEX | STRING)
    presence: "ispresent" "(" value ")"
    ?operand: value
    value: field
    field: NAME
    AGGREGATE: "count_distinct" | "count" | "min" | "max" | "avg" | "sum" | "pct" | "earliest" | "latest"
    ALL: "*"
    DIRECTION: "asc" | "desc"
    COMPARED: "=" | "!=" | "<=" | ">=" | "<" | ">"
    PERIOD: /[1-9][0-9]*(s|m|h|d|w)/
    NEW: /[a-z][a-z0-9_]*/
    NAME: /@?[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*/
    REGEX: /\/(\\.|[^\/\\])+\//
    STRING: /"[^"]*"/
    INT: /[0-9]+/
    COMMENT: /#[^\n]*/
    %import common.WS
    %ignore WS
    %ignore COMMENT
"""
_PARSER: Final = Lark(_GRAMMAR, parser="earley", lexer="dynamic")


def parse(text: str) -> Tree[Token]:
    """Parse a query.

    Raises:
        lark.exceptions.UnexpectedInput: it is not one, or uses what is not known here.

    """
    return _PARSER.parse(text)


def fields_in(query: Tree[Token]) -> Iterator[str]:
    """Give the fields of lines that a query reads; what a `stats` made is no field any more."""
    made: set[str] = set()
    for command in query.children:
        assert isinstance(command, Tree)
        named = {str(each.children[0]) for each in command.find_data("field")}
        yield from sorted(named - made)
        if command.data == "stats":
            made |= {str(each.children[-1]) for each in command.find_data("named")}
