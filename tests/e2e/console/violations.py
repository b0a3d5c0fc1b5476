"""What a page's Content Security Policy and Trusted Types blocked, as the browser reports it."""

from typing import Final

from playwright.async_api import BrowserContext

# Playwright adds both by the browser's own protocol, so the page's policy does not apply to them.
_REPORT: Final = "reportViolation"
_LISTEN: Final = f"""
addEventListener("securitypolicyviolation", (event) =>
  {_REPORT}(`${{event.effectiveDirective}} blocked ${{event.blockedURI}} ${{event.sample}}`));
"""


async def watched(context: BrowserContext) -> list[str]:
    """Collect the violations of every page of the context that is opened from now on."""
    violations: list[str] = []
    await context.expose_binding(_REPORT, lambda _, violation: violations.append(violation))
    await context.add_init_script(_LISTEN)
    return violations
