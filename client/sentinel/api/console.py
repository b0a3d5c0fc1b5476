"""Signing a session of a profile in to the AWS console: it is vended, its role looked up, its credentials exchanged."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from sentinel.api.client import SentinelApi
from sentinel.api.sessions_client import SessionApi
from sentinel.aws_console.destinations import check_destination, service_page
from sentinel.aws_console.partitions import NoConsoleError, Partition, partition_of_role
from sentinel.aws_console.sign_in import sign_in_url
from sentinel.credentials.variables import INSIDE_EXEC
from sentinel.credentials.vended import VendedCredentials
from sentinel.errors import Refusal, RefusedError, UsageError
from sentinel.settings import Settings
from shared.core.ids import is_id


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the console to begin. `usual_region` is taken if it is of the role's partition; `region` has to be."""

    service: str | None = None
    region: str | None = None
    destination: str | None = None
    usual_region: str | None = None

    def of(self, partition: Partition) -> tuple[str, str]:
        """Return the endpoint to sign in at, and the page."""
        region = self.region or (self.usual_region if partition.has_region(self.usual_region or "") else None)
        if region is not None and not partition.has_region(region):
            raise UsageError(f"{region} is no region of {partition.name}, where the role is", "leave --region out")
        endpoint = partition.federation_endpoint(region)
        if self.destination is not None:
            return endpoint, check_destination(self.destination, [partition])
        return endpoint, service_page(partition, self.service, region)


def check_not_nested(environ: Mapping[str, str]) -> None:
    """Refuse inside a session of `sentinel exec`.

    Raises:
        UsageError: this is inside one.

    """
    if inside := environ.get(INSIDE_EXEC):
        raise UsageError(f"this is already a session of the profile {inside}", "leave it first: sessions do not nest")


async def sign_in(
    api: SentinelApi, settings: Settings, profile: str, place: Place
) -> tuple[VendedCredentials, SecretStr]:
    """Vend a session; gives it, and the URL that signs a browser in.

    Raises:
        RefusedError: the service refuses.
        NoConsoleError: the role's partition has no public console, or the service does not say which it is.
        SignInError: AWS refuses.

    """
    vended = await api.vend(profile, settings.duration)
    if isinstance(vended, Refusal):
        raise RefusedError(vended)
    endpoint, page = place.of(partition_of_role(await _role_of(api, vended)))
    ca_bundle = settings.base().ca_bundle()
    url = await sign_in_url(vended, endpoint, issuer=settings.server().base, destination=page, ca_bundle=ca_bundle)
    return vended, url


async def _role_of(api: SentinelApi, vended: VendedCredentials) -> str:
    """Look up the role of a session: it says which partition's console this is."""
    if vended.session_id is None or not is_id(vended.session_id):
        raise NoConsoleError("the service does not name the session, so its role is not known", "update the service")
    found = await SessionApi(api.transport).find(vended.session_id)
    if isinstance(found, Refusal):
        raise RefusedError(found)
    return found.session.role_arn
