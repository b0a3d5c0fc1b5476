"""What attackers write wherever people may write, and what a page may not make of it."""

import json
from collections.abc import Mapping
from typing import Any, Final

from playwright.async_api import Page, Route

MARKUP: Final = (
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    "<svg onload=alert(1)><b id=planted>bold</b><a href='javascript:alert(1)'>here</a>"
    "</textarea></bdi></blockquote><iframe srcdoc='<p>x'></iframe><style>*{display:none}</style>"
    "<form action=//evil.example><button autofocus onfocus=alert(1)>"
)
SCRIPT: Final = (
    "javascript:alert(document.domain)//${alert(1)}{{constructor.constructor('alert(1)')()}}&lt;b&gt;&#60;i&#62;"
)
RIGHT_TO_LEFT: Final = "\u200f\u05d0\u05d1\u05d2 \u061c\u0645\u0633\u062a\u062e\u062f\u0645"
UNSEEN: Final = "a\u200bb\u200dc\u2060d\ufeffe"
COMBINING: Final = "z" + "\u0301\u0336\u20dd" * 8
# Overrides, embeddings and isolates that are opened and not closed, and ends of what was not opened.
CONTROLS: Final = "\u202egnp.exe \u202b\u202d \u2067\u2066\u2068 \u2069\u2069\u202c\u202c"
LONG: Final = "w" * 1000
# The API takes these, and refuses controls of direction (shared/edge/inputs.py).
WRITTEN: Final = f"{MARKUP} {SCRIPT} {RIGHT_TO_LEFT} {UNSEEN} {COMBINING}"
# A page shows safely even what the API would refuse.
WORST: Final = f"{WRITTEN} {CONTROLS} {LONG}"
# The keys under which the API gives what people wrote or are called.
_SAID: Final = {"ticket", "justification", "comment", "user", "by", "description", "caller_arn", "approvers", "near"}
# An element in what people wrote, one that no page has, and attributes that run code.
_MADE: Final = """
() => [...document.querySelectorAll("#console *")].flatMap((each) => [
  ...(each.matches("bdi *, img, script, style, iframe, object, embed, base, #planted") ? [each.outerHTML] : []),
  ...[...each.attributes].map(({ name, value }) => `${name}=${value}`)
    .filter((written) => /^(on|srcdoc=)|^\\w+=\\s*(javascript|data):/i.test(written)),
])
"""
# Text whose direction could turn its neighbours round, outside of an element that isolates it.
_LEAKING: Final = """
() => {
  const leaking = [], walker = document.createTreeWalker(document.querySelector("#console"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    const alone = parentElement.closest("bdi");
    const isolates = alone && getComputedStyle(alone).unicodeBidi.includes("isolate");
    if (/[\\u0590-\\u08ff\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]/.test(data) && !isolates) leaking.push(data);
  }
  return leaking;
}
"""


async def check_is_text(page: Page) -> None:
    """Check that what people wrote made no element, is isolated, and does not make the page wider than the screen."""
    assert await page.evaluate(_MADE) == []
    assert await page.evaluate(_LEAKING) == []
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert "owned" not in await page.title()


async def worsen(route: Route) -> None:
    """Answer as the API does, with the worst in the place of everything that people wrote."""
    answer = await route.fetch()
    await route.fulfill(response=answer, body=json.dumps(_worst(await answer.json())))


def _worst(value: Any, *, is_said: bool = False) -> Any:
    match value:
        case Mapping():
            # A break-glass event's reason is a code; of names, only those of lockouts are what a person typed.
            said = (
                _SAID | ({"name"} if "target" in value else set()) | (set() if "justification" in value else {"reason"})
            )
            return {key: _worst(each, is_said=key in said) for key, each in value.items()}
        case list():
            return [_worst(each, is_said=is_said) for each in value]
        case str() if is_said:
            return WORST
        case _:
            return value
