"""Proofs of possession: the header that shows an API behind Sentinel's authorizer whose session is calling.

    from sentinel.proof.make import make_proof
    headers["Authorization"] = make_proof(credentials, api_id="abc123", region="eu-central-1")

`credentials` are the ones Sentinel vended, as an SDK holds them. To Sentinel's authorizer a proof is good for a minute,
for one API and, where the API asks for a binding, for one method, path and query, with any body, any number of times.

It signs a GetCallerIdentity request that is never sent from here, and holds the session token; the secret key does not
leave the process. STS takes the signature for 15 minutes, so a recipient of a proof can show it for so long to
another verifier of GetCallerIdentity, if that asks for no header of its own. Send it to the API it is for, over TLS.
"""

import os
from datetime import UTC, datetime
from functools import cache
from typing import Final, Protocol
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import UnknownRegionError
from botocore.loaders import Loader
from botocore.regions import EndpointResolver

from shared.core.proof import BODY, Proof, render_proof, request_binding, signed_headers
from shared.core.query import canonical_query

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

    `api_id` is the id of the API that is called, `region` its region, or one that its authorizer names.
    `request`, for an API that binds proofs to requests, is the method and the path with its query, without the stage:
    `("GET", "/orders?page=2")`.

    Raises:
        NoSessionError: the credentials have no session token.
        UnclearQueryError: the authorizer would refuse the query; the message says how to write it.
        UnknownProofRegionError: there is no such region.

    """
    if not credentials.token:
        raise NoSessionError("these are long-term keys, not a session that Sentinel vended")
    binding = None if request is None else _binding(*request)
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


@cache
def _resolver() -> EndpointResolver:
    """Read the partitions once: the file takes a hundred times as long as a signature."""
    return EndpointResolver(Loader().load_data("endpoints"))


def _binding(method: str, target: str) -> str:
    path, _, query = target.partition("?")
    return request_binding(method, path, canonical_query(query))


def _endpoint_url(region: str) -> str:
    """Name the endpoint the authorizer will ask: the region's own, or the emulator both are pointed at.

    Another endpoint of AWS, such as a VPC's, is this machine's way to STS and not the authorizer's.
    """
    override = next((os.environ[name] for name in _ENDPOINT_VARIABLES if os.environ.get(name)), "")
    is_ignored = os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true"
    resolver = _resolver()
    try:
        partition = resolver.get_partition_for_region(region)
    except UnknownRegionError:
        raise UnknownProofRegionError(f"{region!r} is not an AWS region") from None
    suffix = resolver.get_partition_dns_suffix(partition)
    if override and not is_ignored and not (urlsplit(override).hostname or "").endswith((f".{suffix}", ".api.aws")):
        return f"{override.rstrip('/')}/"
    return f"https://sts.{region}.{suffix}/"
