"""The session and the region of a proof: what `sentinel proof` and `sentinel curl` share."""

from dataclasses import dataclass, field
from typing import Final

import click

from sentinel.commands._cache import cached_vend
from sentinel.errors import ClientError, UsageError
from sentinel.proof.make import NoSessionError, SessionCredentials, UnknownProofRegionError, make_proof
from sentinel.proof.source import session_credentials
from sentinel.settings import Settings
from sentinel.terminal.completing import complete_profile
from sentinel.terminal.options import optional_profile_name
from shared.core.query import UnclearQueryError

profile_option: Final = click.option(
    "--profile",
    metavar="NAME",
    callback=optional_profile_name,
    shell_complete=complete_profile,
    help="Vend credentials of this profile. Default: those an SDK would use here, as inside `sentinel exec`.",
)


class NoProofError(ClientError):
    """No proof can be made here."""

    code = "no_proof"


@dataclass(frozen=True, slots=True)
class VendedSession:
    """Vended credentials as a proof is signed with them."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str = field(repr=False)


def find_session(settings: Settings, profile: str | None) -> SessionCredentials:
    """Vend the profile's credentials, or find those an SDK in this process would use.

    Raises:
        NoProofError: there are no credentials of a session.
        RefusedError: the service refuses to vend.

    """
    if profile is None:
        try:
            return session_credentials()
        except NoSessionError as error:
            raise NoProofError(str(error), "or pass --profile NAME") from None
    vended = cached_vend(settings, profile)
    return VendedSession(
        vended.access_key_id, vended.secret_access_key.get_secret_value(), vended.token.get_secret_value()
    )


def find_region(settings: Settings, of_the_api: str | None = None) -> str:
    """Choose the region a proof is signed for: the API's, which is that of Sentinel where nothing says another.

    The caller's own comes last: `sentinel exec` sets the profile's, and an authorizer takes its own and those it names.

    Raises:
        UsageError: no source names one.

    """
    server = settings.remote_server
    named = (
        settings.region,
        of_the_api,
        None if server is None else server.region,
    )
    region = next((name for name in named if name), None) or settings.base().region()
    if region is None:
        raise UsageError("the region to sign for is not known", "pass --region REGION: the API's own")
    return region


def prove(credentials: SessionCredentials, api_id: str, region: str, request: tuple[str, str] | None) -> str:
    """Make the value of the Authorization header.

    Raises:
        NoProofError: the credentials are no session's, or there is no such region.
        UsageError: the query of the request can be read in more than one way.

    """
    try:
        return make_proof(credentials, api_id=api_id, region=region, request=request)
    except NoSessionError as error:
        hint = "run this inside `sentinel exec PROFILE -- …`, or pass --profile NAME"
        raise NoProofError(str(error), hint) from None
    except UnclearQueryError as error:
        raise UsageError(str(error), "a proof that is bound to the request covers its query") from None
    except UnknownProofRegionError as error:
        raise NoProofError(str(error), "pass --region REGION: the API's own") from None
