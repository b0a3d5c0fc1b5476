"""A person without a mouse."""

from playwright.async_api import Page

_MOST_STEPS = 80
_FOCUSED = """() => { const at = document.activeElement;
  const label = at.labels?.[0]?.firstChild?.textContent ?? at.getAttribute("aria-label") ?? at.textContent;
  return label.trim(); }"""


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has this name, or begins with it, has the focus."""
    seen = []
    for _ in range(_MOST_STEPS):
        await page.keyboard.press("Tab")
        seen.append(await page.evaluate(_FOCUSED))
        if seen[-1].startswith(name):
            return
    raise AssertionError(f"Tab does not lead to {name}, but to {seen}")
