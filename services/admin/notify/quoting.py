"""What people wrote, inside a sentence of ours: in one pair of quotes it cannot leave, without markup.

A notice is read in mail, in chats and on pagers, each with a markup of its own. So the characters that any of them
gives a meaning to are replaced by ones that look alike and have none. Programs find the text as written in `details`.
"""

import re
import unicodedata
from typing import Final

_LONGEST: Final = 300
# What names of users, roles, profiles and grants are made of, globs included: nothing that could end a sentence.
_NAME: Final = re.compile(r"[A-Za-z0-9_+=,.@/*?-]{1,256}")
# Marks that a reader takes for the end of a quotation; those Unicode calls quotation marks (Pi, Pf) come on top.
_QUOTES: Final = frozenset(
    "\"'`\u00b4\uff02\uff07\uff40\u201a\u201e\u201b\u201f\u2032\u2033\u2034\u2035\u2036\u2037\u2057\u275b"
    "\u275c\u275d\u275e\u275f\u2760\u2e42\u301d\u301e\u301f\u300c\u300d\u300e\u300f\uff62\uff63\u02b9\u02ba"
    "\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u02dd\u02ee\u02f4\u02f5\u02f6\u0384\u055a\u055b\u055d\u07f4\u07f5\u1fef"
    "\u1ffd\u276e\u276f\u3003\u0559\u05f3\u05f4\u1fbd\u1fbf\u1ffe\U0001f676\U0001f677\U0001f678"
)
# Slack, other chats, Markdown and HTML: emphasis, code, strikethrough, links, mentions and entities.
_MARKS: Final = str.maketrans("*_~<>&|@\\", "\u2217\uff3f\u223c\uff1c\uff1e\uff06\u00a6\uff20\u2216")
# Marks that draw nothing either: joiners and selectors of variants.
_UNSEEN: Final = re.compile(r"[\u034f\u17b4\u17b5\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Letters and symbols without any ink: a run of them would push the end of the quotation out of sight.
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_ELLIPSIS: Final = "…"
# What mail and chat clients make a link of without any markup: a scheme, and a name with dots. The first alternative is
# a name of the form of a mail address, which is kept: names are copied into commands.
_LINK: Final = re.compile(
    r"(?<!\S)[A-Za-z0-9_+=,.*-]++@[A-Za-z0-9.*-]++(?!/)|(?P<scheme>://)|(?<=\w)(?P<dot>[.\u3002\uff0e\uff61])(?=\w)"
)


def quote(text: str) -> str:
    """Put what a person wrote in quotes, on one line, and cut it where it is long."""
    line = " ".join("".join(map(_plain, text)).split()).replace("](", "] (")
    while line and unicodedata.category(line[0]).startswith("M"):
        line = line[1:].lstrip()  # it would draw on our own quotation mark
    return f'"{cut(line, _LONGEST)}"'


def cut(text: str, longest: int) -> str:
    """Cut a text to a number of characters, the last one an ellipsis where something is missing."""
    return text if len(text) <= longest else text[: longest - 1] + _ELLIPSIS


def without_links(text: str) -> str:
    """Have no client make a link of a text: the characters it would know one by become ones that look alike."""
    return _LINK.sub(_without_link, text)


def _without_link(found: re.Match[str]) -> str:
    if found["scheme"]:
        return ":\u2215\u2215"
    return "\u2024" if found["dot"] else found[0]


def name(text: str) -> str:
    """Give a name as it is, or in quotes where it holds what no name does: a target may be anything a person typed."""
    return text if _NAME.fullmatch(text) else quote(text)


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if character.isspace() or character in _BLANK:
        return " "
    if category.startswith("C") or category == "Me" or _UNSEEN.match(character):
        return ""  # invisible, turns text around, or draws around its neighbour
    if character in _QUOTES or category in ("Pi", "Pf"):
        return "'"
    return character.translate(_MARKS)
