"""aiobotocore's session, without the configuration files of the machine, and its data about partitions.

Hooks: `AioSession(session_vars=…, include_builtin_handlers=False)`, `register_component("data_loader", …)` and
`("credential_provider", …)`, `set_credentials`, the event `creating-client-class`, `create_client`, `meta` and
`generate_presigned_url` of a client, `botocore.regions.EndpointResolver`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qs, urlsplit

from aiobotocore.config import AioConfig
from aiobotocore.credentials import AioContainerProvider, AioCredentialResolver, AioEnvProvider
from aiobotocore.session import AioSession
from aiobotocore.signers import add_generate_presigned_url
from botocore.exceptions import UnknownRegionError
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.regions import EndpointResolver

from shared.aws.client.protocol import NoKeysError
from shared.aws.credentials import Credentials

# Session variables that name a developer's files, as (name in a file, environment variable, value, type).
_NO_FILES: Final = {
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
    "profile": (None, None, None, None),
}
# Models in `~/.aws/models` or `AWS_DATA_PATH` are not looked at.
_CONFIG: Final = AioConfig(
    parameter_validation=False, ignore_configured_endpoint_urls=True, account_id_endpoint_mode="disabled"
)
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_LOADER: Final = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)


def open_session(given: Credentials | None = None) -> AioSession:
    """Open a session that reads the environment only and signs with the given keys or those of the execution role.

    The execution role's keys are the environment's or, with SnapStart, the container endpoint's. Profiles, SSO,
    processes and instance metadata are not read: a Lambda has no keys there, and one that runs on a developer's machine
    must not use the developer's.

    Raises:
        NoKeysError: neither the environment nor an endpoint in it has keys.

    """
    session = AioSession(session_vars=_NO_FILES, include_builtin_handlers=False)
    session.register("creating-client-class", add_generate_presigned_url)
    session.register_component("data_loader", _LOADER)
    session.register_component("credential_provider", AioCredentialResolver([AioEnvProvider(), AioContainerProvider()]))
    if given is None:
        _check_environment(os.environ)
    else:
        secret, token = given.secret_access_key.get_secret_value(), given.session_token.get_secret_value()
        session.set_credentials(given.access_key_id, secret, token)
    return session


def _check_environment(environ: Mapping[str, str]) -> None:
    has_keys = all(environ.get(name) for name in (AioEnvProvider.ACCESS_KEY, AioEnvProvider.SECRET_KEY))
    endpoints = (AioContainerProvider.ENV_VAR, AioContainerProvider.ENV_VAR_FULL)
    if not has_keys and not any(environ.get(name) for name in endpoints):
        raise NoKeysError(f"there are no keys to sign with: neither AWS_ACCESS_KEY_ID nor {endpoints[1]} is set")


@lru_cache(maxsize=1)
def _resolver() -> EndpointResolver:
    return EndpointResolver(_LOADER.load_data("endpoints"))


@dataclass(frozen=True, slots=True)
class Partition:
    """A group of regions with one DNS suffix; `regions` are those known by name."""

    name: str
    suffix: str
    regions: frozenset[str]


def find_partition(region: str) -> Partition:
    """Find the partition a region lies in, by its name's form: a new region needs no new release.

    Raises:
        LookupError: no partition has such a region.

    """
    resolver = _resolver()
    try:
        name = resolver.get_partition_for_region(region)
    except UnknownRegionError:
        raise LookupError(f"{region!r} is a region of no known partition") from None
    regions = frozenset(resolver.get_available_endpoints("sts", name))
    return Partition(name, resolver.get_partition_dns_suffix(name), regions)


@dataclass(frozen=True, slots=True)
class Found:
    """What the library knows of a service: its model, a URL that ends in `/`, and the region to sign requests for."""

    model: ServiceModel
    url: str
    region: str


async def find_service(session: AioSession, service: str, region: str) -> Found:
    """Find a service in a region, at its FIPS or dual-stack endpoint if the environment asks for it.

    `AWS_ENDPOINT_URL_<SERVICE>` and `AWS_ENDPOINT_URL` take precedence (AWS SDKs and Tools Reference Guide,
    "Service-specific endpoints"). A URL presigned with placeholder keys shows where the library would send a request,
    by the service's rule set, and which region it would sign for; `meta.endpoint_url` is based on older tables.
    """
    given = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    async with session.create_client(service, region, config=_CONFIG, **given) as client:
        model, names = client.meta.service_model, client.meta.method_to_api_mapping
        # An operation whose endpoint does not depend on its parameters.
        plain = (name for name, each in names.items() if not model.operation_model(each).operation_context_parameters)
        parts = urlsplit(await client.generate_presigned_url(next(plain)))
    signed_for = parse_qs(parts.query)["X-Amz-Credential"][0].split("/")[2]
    url = os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or os.environ.get("AWS_ENDPOINT_URL")
    if not url:
        return Found(model, f"{parts.scheme}://{parts.netloc}/", signed_for)
    # An emulator on this machine has one region for everything.
    is_emulator = urlsplit(url).hostname in _LOOPBACK
    return Found(model, f"{url.rstrip('/')}/", region if is_emulator else signed_for)
