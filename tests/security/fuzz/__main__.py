"""`python -m tests.security.fuzz --seconds 60`: search each target for so many seconds, and tell what was found.

`--keep` writes the figures into docs/assurance.md.
"""

import argparse
import platform
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from deploy.markdown import replace, table
from tests.security.fuzz.run import Search, search_all
from tests.security.fuzz.targets import TARGETS

PAGE: Final = Path(__file__).parents[3] / "docs" / "assurance.md"
COMMAND: Final = "tests.security.fuzz"
_LAST_WORDS: Final = 2000


def main() -> int:
    arguments = _parser().parse_args()
    searches = []
    for search in search_all([TARGETS[name] for name in arguments.targets or TARGETS], arguments.seconds):
        searches.append(search)
        print(_line(search), flush=True)  # noqa: T201 - this is a command
        if not search.is_clean:
            print(search.log[-_LAST_WORDS:], file=sys.stderr)  # noqa: T201 - this is a command
    if arguments.keep:
        PAGE.write_text(render_page(PAGE.read_text(encoding="utf-8"), searches), encoding="utf-8")
    return 0 if all(search.is_clean for search in searches) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {COMMAND}", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="seconds for each target (default: 60)")
    parser.add_argument("--keep", action="store_true", help="write the figures into docs/assurance.md")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="which targets (default: all)")
    return parser


def _line(search: Search) -> str:
    found = ", ".join(str(path) for path in search.found) or ("nothing" if search.is_clean else "did not run")
    return f"{search.target:<24}{search.inputs:>10} inputs in {search.seconds} s; found: {found}"


def render_page(page: str, searches: Iterable[Search]) -> str:
    """Put a run's figures into the page.

    Raises:
        MarkedPageError: the page has no place for them.

    """
    rows = [(each.target, f"{each.inputs:,}", each.seconds, len(each.found)) for each in searches]
    written = table(("target", "inputs tried", "seconds", "found"), rows, rule=("---", "---:", "---:", "---:"))
    where = f"Python {platform.python_version()}; inputs that were found earlier are in the corpus, and tried first."
    return replace(page, COMMAND, f"{where}\n\n{written}")


if __name__ == "__main__":
    sys.exit(main())
