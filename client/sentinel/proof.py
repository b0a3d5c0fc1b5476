"""Proofs of possession: the header that shows an API behind Sentinel's authorizer whose session is calling.

    from sentinel.proof import make_proof
    headers["Authorization"] = make_proof(credentials, api_id="abc123", region="eu-central-1")

`credentials` are the ones Sentinel vended, as an SDK holds them. A proof is good for a minute, for one API and, where
the API asks for a binding, for one method and path. It signs a GetCallerIdentity request that is never sent from here;
the secret key does not leave the process.
"""

import os
from datetime import UTC, datetime
from typing import Final, Protocol

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import UnknownRegionError
from botocore.loaders import Loader
from botocore.regions import EndpointResolver

from shared.core.proof import BODY, Proof, render_proof, request_binding, signed_headers

_ENDPOINT_VARIABLES: Final = ("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL")
_DATE: Final = "%Y%m%dT%H%M%SZ"


class SessionCredentials(Protocol):
    """Temporary credentials as botocore and boto3 hold them (`session.get_credentials().get_frozen_credentials()`)."""

    @property
    def access_key(self) -> str: ...
    @property
    def secret_key(self) -> str: ...
    @property
    def token(self) -> str | None: ...


class NoSessionError(ValueError):
    """The credentials are not a session's: long-term keys prove nothing about a session."""


class UnknownProofRegionError(ValueError):
    """There is no such region, so no endpoint a proof could be signed for."""


def make_proof(
    credentials: SessionCredentials,
    *,
    api_id: str,
    region: str,
    request: tuple[str, str] | None = None,
) -> str:
    """Make the value of an Authorization header.

    `api_id` is the id of the API that is called, `region` any region of its partition: the nearest is the fastest.
    `request` is the method and the path, without the stage and the query, for an API that binds proofs to requests.

    Raises:
        NoSessionError: the credentials have no session token.
        UnknownProofRegionError: there is no such region.

    """
    if not credentials.token:
        raise NoSessionError("these are long-term keys, not a session that Sentinel vended")
    binding = None if request is None else request_binding(*request)
    url = _endpoint_url(region)
    signed = AWSRequest("POST", url, headers=dict(signed_headers(api_id, binding)), data=BODY)
    keys = ReadOnlyCredentials(credentials.access_key, credentials.secret_key, credentials.token)
    SigV4Auth(keys, "sts", region).add_auth(signed)
    return render_proof(
        Proof(
            key=credentials.access_key,
            signed_at=datetime.strptime(signed.headers["X-Amz-Date"], _DATE).replace(tzinfo=UTC),
            region=region,
            token=credentials.token,
            signature=signed.headers["Authorization"].rpartition("=")[2],
        ),
    )


def _endpoint_url(region: str) -> str:
    """Name the endpoint the authorizer will ask: the region's own, or the emulator both are pointed at."""
    override = next((os.environ[name] for name in _ENDPOINT_VARIABLES if os.environ.get(name)), None)
    if override is not None:
        return f"{override.rstrip('/')}/"
    resolver = EndpointResolver(Loader().load_data("endpoints"))
    try:
        partition = resolver.get_partition_for_region(region)
    except UnknownRegionError:
        raise UnknownProofRegionError(f"{region!r} is not an AWS region") from None
    return f"https://sts.{region}.{resolver.get_partition_dns_suffix(partition)}/"
