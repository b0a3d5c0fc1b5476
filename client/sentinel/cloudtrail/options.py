"""Which regions of CloudTrail to ask."""

from collections.abc import Sequence
from typing import Final

import click

from sentinel.cloudtrail.history import CloudTrail, open_cloudtrail
from sentinel.settings import Settings

trail_region_option: Final = click.option(
    "--trail-region",
    "trail_regions",
    multiple=True,
    metavar="REGION",
    help="Where to look CloudTrail events up; repeat it for more. Default: the region of the remote server.",
)


def open_trail(settings: Settings, regions: Sequence[str]) -> CloudTrail:
    """Open CloudTrail with the caller's own credentials.

    Raises:
        BaseCredentialsError: there are none.
        UsageError: no region is named, and the settings name none either.

    """
    base = settings.base()
    return open_cloudtrail(base, regions or [base.region_of(settings.server())])
