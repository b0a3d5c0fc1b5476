"""`python -m deploy.release`: what a release compares before it publishes, and the checksums that the modules know.

`deploy/terraform/releases/<version>.sha256` is the release's `SHA256SUMS`, committed before its tag: Terraform and the
CDK accept the zips with these hashes and no others, and the release's own build has to give the same.
"""

import argparse
import sys
import tomllib
from pathlib import Path
from typing import Final

from deploy.packages.checksums import CHECKSUMS
from deploy.packages.dependencies import PROJECT

RELEASES: Final = PROJECT / "deploy/terraform/releases"
_DIST: Final = PROJECT / "dist"


def problems_of_tag(tag: str, repository: str, project: Path = PROJECT) -> list[str]:
    """Compare a tag and a repository's URL with pyproject.toml and the changelog; gives what differs."""
    described = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version, homepage = described["version"], described["urls"]["Homepage"]
    problems = []
    if tag != f"v{version}":
        problems.append(f"the tag is {tag}, and pyproject.toml has the version {version}")
    if repository != homepage:
        problems.append(f"the repository is {repository}, and pyproject.toml has the homepage {homepage}")
    if f"## [{version}] - " not in (project / "CHANGELOG.md").read_text(encoding="utf-8"):
        problems.append(f"CHANGELOG.md has no heading `## [{version}] - <date>`")
    return problems


def problems_of_build(version: str, dist: Path = _DIST, releases: Path = RELEASES) -> list[str]:
    """Compare what `make package` built with the checksums committed for a version; gives what differs."""
    committed, built = releases / f"{version}.sha256", (dist / CHECKSUMS).read_text(encoding="utf-8")
    if not committed.is_file():
        return [f"{committed.name} is not committed: `python -m deploy.release record` writes it"]
    if committed.read_text(encoding="utf-8") != built:
        return [f"this build has other checksums than {committed.name}:\n{built}"]
    return []


def record(version: str, dist: Path = _DIST, releases: Path = RELEASES) -> Path:
    """Write the checksums of what `make package` built, to be committed."""
    file = releases / f"{version}.sha256"
    file.write_text((dist / CHECKSUMS).read_text(encoding="utf-8"), encoding="utf-8")
    return file


def main() -> None:
    """Compare, or record; exits 1 where something differs."""
    arguments = _arguments()
    version = arguments.tag.removeprefix("v")
    problems: list[str] = []
    if arguments.command == "check":
        problems = problems_of_tag(arguments.tag, arguments.repository)
    elif arguments.command == "compare":
        problems = problems_of_build(version)
    else:
        sys.stdout.write(f"{record(version)}\n")
    if problems:
        sys.exit("\n".join(f"deploy.release: {problem}" for problem in problems))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.release", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="the tag, the repository and the changelog")
    compare = commands.add_parser("compare", help="what was built with what is committed")
    recording = commands.add_parser("record", help="write the checksums of what was built")
    for each in (check, compare, recording):
        each.add_argument("tag", help="v and the version, such as v1.2.3")
    check.add_argument("repository", help="the URL of the repository that releases")
    return parser.parse_args()


if __name__ == "__main__":
    main()
