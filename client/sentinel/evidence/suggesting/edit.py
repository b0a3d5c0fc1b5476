"""The changes in the policy's own text: what is not changed, comments too, stays as it is written."""

import json
import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

import yaml

from sentinel.evidence.suggesting.narrow import Change, NarrowList, RemoveRule, Shorten
from shared.core.durations import format_duration

# Text that is the same text in YAML and needs no quotes, in any place.
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*|[0-9]+[hms][0-9hms]*|[0-9]+(?:\.[0-9]+){3}(?:/[0-9]+)?")
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_DURATION_KEYS: Final = ("max_duration", "max_server_duration")


class NotEditableError(Exception):
    """The text is written in a way that cannot be changed in place; the message says where."""


class PolicyText:
    """The text of a policy, and the places at which it changes."""

    def __init__(self, text: str) -> None:
        """Find the rules in a text that is a valid policy.

        Raises:
            NotEditableError: it is JSON that is no YAML.

        """
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError:
            raise NotEditableError("the policy is JSON with tabs: write spaces instead") from None
        self._text = text
        self._is_json = text.lstrip().startswith("{")
        self._end = "\r\n" if "\r\n" in text else "\n"
        self._list = _value(root, "rules")
        self._rules = {_value(rule, "name").value: rule for rule in self._list.value}
        self._edits: list[tuple[int, int, str]] = []

    def apply(self, changes: Sequence[Change]) -> str:
        """Give the text with the changes.

        Raises:
            NotEditableError: one cannot be made.

        """
        self._remove({change.rule for change in changes if isinstance(change, RemoveRule)})
        for change in changes:
            match change:
                case RemoveRule():
                    pass
                case NarrowList():
                    self._narrow(self._rules[change.rule], change)
                case Shorten():
                    self._shorten(self._rules[change.rule], change)
        text = self._text
        for begin, end, new in sorted(self._edits, reverse=True):
            text = text[:begin] + new + text[end:]
        return text

    def _remove(self, names: AbstractSet[str]) -> None:
        """Take rules out of their list, with the lines of comments before them and a blank line.

        In a list in brackets, the comma before goes with it, or the one after where nothing is left before it.
        """
        end: int | None = None
        for place, item in enumerate(self._list.value):
            if _value(item, "name").value not in names:
                end = item.end_mark.index
            elif not self._list.flow_style:
                begin = self._with_comments(self._line_start(item.start_mark.index))
                self._edits.append((begin, self._after(item), ""))
            elif end is None:
                self._edits.append((item.start_mark.index, self._list.value[place + 1].start_mark.index, ""))
            else:
                self._edits.append((end, item.end_mark.index, ""))
                end = item.end_mark.index

    def _narrow(self, rule: Any, change: NarrowList) -> None:
        conditions = _value(rule, "conditions")
        if change.is_new:
            self._insert(conditions, change.place, f"[{', '.join(map(self._quote, change.values))}]")
            return
        written = _value(conditions, change.place)
        entries = list(zip(written.value, change.entries, strict=True))
        if written.flow_style:
            kept = [self._spell(item, name) for item, names in entries for name in names]
            self._edits.append((written.start_mark.index, written.end_mark.index, f"[{', '.join(kept)}]"))
            return
        for item, names in entries:
            self._narrow_line(item, names)

    def _narrow_line(self, item: Any, names: Sequence[str]) -> None:
        """Change one entry of a list that has a line for each."""
        line = self._line_start(item.start_mark.index)
        dash = self._text[line : item.start_mark.index]
        if dash.strip() != "-":
            raise NotEditableError(f"line {item.start_mark.line + 1}: write each entry of the list on its own line")
        if not names:
            self._edits.append((line, self._after(item), ""))
        elif names != (item.value,):
            self._edits.append((item.start_mark.index, item.end_mark.index, self._quote(names[0])))
            more = "".join(f"{dash}{self._quote(name)}{self._end}" for name in names[1:])
            self._edits.append((self._after(item), self._after(item), more))

    def _shorten(self, rule: Any, change: Shorten) -> None:
        duration = format_duration(change.duration)
        for key in _DURATION_KEYS:
            if (written := _find(rule, key)) is not None:
                self._edits.append((written.start_mark.index, written.end_mark.index, self._quote(duration)))
                return
        self._insert(rule, _DURATION_KEYS[0], self._quote(duration), before="conditions")

    def _insert(self, mapping: Any, key: str, value: str, before: str | None = None) -> None:
        """Write another key into a mapping: before the one that is named, or as the first."""
        name = f'"{key}"' if self._is_json else key
        keys = [each for each, _ in mapping.value if before is None or each.value == before]
        if mapping.flow_style:
            at = keys[0].start_mark.index if keys else mapping.start_mark.index + 1
            self._edits.append((at, at, f"{name}: {value}" + (", " if keys else "")))
            return
        at = keys[0].start_mark.index
        self._edits.append((at, at, f"{name}: {value}{self._end}{' ' * keys[0].start_mark.column}"))

    def _quote(self, value: str) -> str:
        is_plain = not self._is_json and _PLAIN.fullmatch(value) and value.lower() not in _WORDS
        return value if is_plain else json.dumps(value)

    def _spell(self, item: Any, name: str) -> str:
        """Write an entry as it was, or another one."""
        is_same = item.value == name
        return self._text[item.start_mark.index : item.end_mark.index] if is_same else self._quote(name)

    def _line_start(self, at: int) -> int:
        return self._text.rfind("\n", 0, at) + 1

    def _after(self, node: Any) -> int:
        """Give where the line after a node's last begins. A block's own end is where the next thing begins."""
        last = node
        while isinstance(last, yaml.CollectionNode) and not last.flow_style and last.value:
            last = last.value[-1][1] if isinstance(last, yaml.MappingNode) else last.value[-1]
        # A text of several lines ends after the blank lines that follow it.
        at: int = last.end_mark.index
        if self._text[at - 1] == "\n":
            at = len(self._text[:at].rstrip())
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end + 1

    def _with_comments(self, begin: int) -> int:
        """Go back over the lines of comments right before a line, and over one blank line before them."""
        while begin:
            before = self._line_start(begin - 1)
            if not self._text[before:begin].lstrip().startswith("#"):
                break
            begin = before
        before = self._line_start(begin - 1) if begin else 0
        return before if begin and not self._text[before:begin].strip() else begin


def _find(mapping: Any, key: str) -> Any | None:
    return next((value for name, value in mapping.value if name.value == key), None)


def _value(mapping: Any, key: str) -> Any:
    found = _find(mapping, key)
    assert found is not None, "a valid policy has it"
    return found
