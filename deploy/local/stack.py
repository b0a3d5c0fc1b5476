"""The whole system on one machine: emulator, functions and gateway, started in this order and stopped in reverse.

    async with LocalStack() as stack:
        stack.http_api  # the base URL, and so on

Leaving the block stops every process and removes everything written.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from deploy.local.aws import Keys, LocalAws, new_access_key, new_name
from deploy.local.callers import LocalCaller, create_callers, write_aws_files
from deploy.local.deployment import (
    ACCOUNT,
    ADMIN,
    AUTHORIZER,
    PATIENCE,
    REGION,
    SCHEDULES,
    SENSITIVE,
    VEND,
    function_names,
    function_settings,
    local_deployment,
)
from deploy.local.emulator.server import Emulator
from deploy.local.gateway.authentication import RememberedCredentials
from deploy.local.gateway.endpoints import Endpoint, EndpointKind
from deploy.local.gateway.issuer_keys import IssuerKeys
from deploy.local.gateway.server import Gateway, GuardedApi
from deploy.local.gateway.tokens import TokenAuthorizer
from deploy.local.identity.logins import CLIENT_ID
from deploy.local.identity.provider import IdentityProvider
from deploy.local.issuers import CONSOLE, ISSUERS, PEOPLE, local_issuers, projected_token
from deploy.local.runtime.execution_role import ExecutionRoles
from deploy.local.runtime.function import ExecutionEnvironment, Function, FunctionSettings
from deploy.local.schedules import scheduled
from deploy.local.seed import seed
from deploy.local.slack.local import LocalSlack
from deploy.policies.routes import CONSOLE_ROUTES, SLACK_ROUTES
from shared.edge.public_files import CONSOLE as CONSOLE_PATH

HANDLERS: Final = {
    VEND: "services.vend.handler.handler",
    ADMIN: "services.admin.handler.handler",
    AUTHORIZER: "services.authorizer.handler.handler",
    SENSITIVE: "deploy.local.demo.sensitive_api.handler",
}
_READY_LIMIT_S: Final = 300.0


@dataclass(slots=True)
class LocalStack:
    """The local stack. `port` is the HTTP API's; 0 takes a free port, as every other endpoint does.

    `environment` overrides or adds settings of the vend and the admin function.
    """

    handlers: Mapping[str, str] = field(default_factory=lambda: HANDLERS)
    port: int = 0
    concurrency: int = 1
    environment: Mapping[str, str] = field(default_factory=dict)
    callers: dict[str, LocalCaller] = field(default_factory=dict, init=False)
    functions: dict[str, Function] = field(default_factory=dict, init=False, repr=False)
    state_dir: Path = field(init=False)
    emulator: Emulator = field(init=False)
    identity: IdentityProvider = field(init=False, repr=False)
    slack: LocalSlack = field(init=False, repr=False)
    _files: Mapping[str, str] = field(init=False)
    sensitive_endpoint: Endpoint = field(init=False)
    _gateway: Gateway = field(init=False, repr=False)
    _guarded: GuardedApi | None = field(default=None, init=False, repr=False)
    _open: AsyncExitStack = field(default_factory=AsyncExitStack, init=False, repr=False)

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._open.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    @property
    def aws(self) -> LocalAws:
        """Access to the emulator as the stack's administrator."""
        return LocalAws(self.emulator.endpoint, REGION, self.emulator.admin)

    @property
    def http_api(self) -> str:
        return self._gateway.url(EndpointKind.HTTP_API)

    @property
    def rest_api(self) -> str:
        return self._gateway.url(EndpointKind.REST_API)

    @property
    def function_url(self) -> str:
        return self._gateway.url(EndpointKind.FUNCTION_URL)

    @property
    def console(self) -> str:
        """The address of the hosted console."""
        return f"{self.http_api}{CONSOLE_PATH}/"

    @property
    def sensitive_api(self) -> str:
        """The base URL of the API behind the authorizer; empty if the stack runs without one."""
        return "" if self._guarded is None else self._guarded.url

    @property
    def log_file(self) -> Path:
        """The log of the functions' standard output, which contains the audit lines."""
        return self.state_dir / "functions.log"

    @property
    def pod_token_file(self) -> Path:
        """A token of a pod, replaced before it ends as a cluster does; the file has mode 0600."""
        return self.state_dir / "pod-token"

    @property
    def endpoints(self) -> Mapping[str, Any]:
        """What `sentinel local up --json` prints; the files at the paths have mode 0600."""
        return {
            "account_id": ACCOUNT,
            "region": REGION,
            "http_api": self.http_api,
            "rest_api": self.rest_api,
            "function_url": self.function_url,
            "console": self.console,
            "slack": self.slack.url,
            "sensitive_api": self.sensitive_api,
            "sensitive_api_id": self.sensitive_endpoint.api_id,
            "aws_endpoint": self.emulator.endpoint,
            "aws_config_file": self._files["AWS_CONFIG_FILE"],
            "aws_shared_credentials_file": self._files["AWS_SHARED_CREDENTIALS_FILE"],
            "callers": {caller.name: caller.user for caller in self.callers.values()},
            "issuers": {name: issuer.issuer for name, issuer in local_issuers(self.identity).items()},
            "issuers_ca_file": str(self.identity.authority_file),
            "pod_token_file": str(self.pod_token_file),
            "log_file": str(self.log_file),
            "state_dir": str(self.state_dir),
        }

    @property
    def caller_environment(self) -> Mapping[str, str]:
        """The variables that a shell exports to work as a caller, without AWS_PROFILE, which names the caller."""
        return {
            **self._files,
            "AWS_CA_BUNDLE": str(self.identity.authority_file),
            "AWS_ENDPOINT_URL": self.emulator.endpoint,
            "AWS_REGION": REGION,
            "SENTINEL_REMOTE_SERVER": self.http_api,
            "SENTINEL_REGION": REGION,
            "SENTINEL_SIGNING_SERVICE": "execute-api",
        }

    @property
    def login_environment(self) -> Mapping[str, str]:
        """The variables by which `sentinel login` logs a person in at `corp`; the others are `caller_environment`'s."""
        return {
            "SENTINEL_ISSUER": "corp",
            "SENTINEL_OIDC_ISSUER_URL": self.identity.issuer("corp"),
            "SENTINEL_OIDC_CLIENT_ID": CLIENT_ID,
        }

    def pod_environment(self, profile: str) -> Mapping[str, str]:
        """Return the two variables by which an SDK in a pod gets credentials for a profile."""
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.http_api}/as/pods?profile={profile}",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(self.pod_token_file),
        }

    async def _start(self) -> None:
        self.state_dir = Path(tempfile.mkdtemp(prefix="sentinel-local-"))
        self._open.callback(shutil.rmtree, self.state_dir, ignore_errors=True)
        self.emulator = Emulator(self.state_dir, ACCOUNT, REGION, new_access_key())
        self._open.push_async_callback(self.emulator.close)
        await self.emulator.start()
        endpoints = _new_endpoints()
        self.sensitive_endpoint = Endpoint(EndpointKind.HTTP_API, new_name(10), ACCOUNT, REGION)
        deployment = local_deployment()
        self.identity = IdentityProvider(self.state_dir, ISSUERS, PEOPLE)
        self._open.push_async_callback(self.identity.close)
        await self.identity.open()
        await self._open.enter_async_context(projected_token(self.identity, self.pod_token_file))
        issuers = local_issuers(self.identity)
        self.slack = LocalSlack()
        self._open.push_async_callback(self.slack.close)
        await self.slack.open()
        await seed(self.aws, deployment, issuers, self.slack.document)
        created = await create_callers(self.aws, deployment, [endpoint.api_id for endpoint in endpoints])
        self.callers = {caller.name: caller for caller in created}
        self._files = write_aws_files(self.state_dir, created, self.aws)
        await self._start_functions(endpoints)
        if ADMIN in self.functions:
            admin = self.functions[ADMIN]
            for event, interval in SCHEDULES.items():
                await self._open.enter_async_context(scheduled(admin, event, interval))
        credentials = RememberedCredentials(self.emulator)
        keys = IssuerKeys(self.identity.trusted)
        authorizers = {name: TokenAuthorizer(each.issuer, each.audiences, keys) for name, each in issuers.items()}
        self._gateway = Gateway(self.functions, credentials, authorizers, (*CONSOLE_ROUTES, *SLACK_ROUTES))
        self._open.push_async_callback(self._gateway.close)
        await self._gateway.open(endpoints, {EndpointKind.HTTP_API: self.port})
        self.slack.app_url = self.http_api
        await self._open_guarded()

    async def _open_guarded(self) -> None:
        if AUTHORIZER not in self.functions:
            return
        authorizer, integration = self.functions[AUTHORIZER], self.functions[SENSITIVE]
        self._guarded = GuardedApi(self.sensitive_endpoint, authorizer, integration)
        self._open.push_async_callback(self._guarded.close)
        await self._guarded.open()

    async def _start_functions(self, endpoints: list[Endpoint]) -> None:
        deployment, names = local_deployment(), function_names()
        roles = ExecutionRoles(
            self._assume_execution_role, {name: deployment.role_arn(name) for name in names.values()}
        )
        self._open.push_async_callback(roles.close)
        await roles.open()
        home = self.state_dir / "functions"
        home.mkdir()
        for function, handler in self.handlers.items():
            name = names[function]
            settings = FunctionSettings(
                name=name,
                handler=handler,
                account=ACCOUNT,
                region=REGION,
                environment={**self._environment(function, endpoints), **roles.variables(name)},
                home=home,
                log_file=self.log_file,
            )
            environments = [ExecutionEnvironment(settings) for _ in range(self.concurrency)]
            self.functions[function] = Function(environments)
            self._open.push_async_callback(self.functions[function].close)
            await self.functions[function].open()
            # One after the other: an init phase uses a whole core, and without it requests for credentials time out.
            await self._wait_until_ready(self.functions[function])

    def _environment(self, function: str, endpoints: list[Endpoint]) -> Mapping[str, str]:
        api_ids = (
            [self.sensitive_endpoint.api_id] if function == AUTHORIZER else [endpoint.api_id for endpoint in endpoints]
        )
        hosted = {**CONSOLE.settings(local_issuers(self.identity)), **self.slack.settings}
        settings = {**function_settings(function, api_ids, self.emulator.endpoint, hosted), **PATIENCE}
        # A test's own settings apply to the vend and the admin function only.
        return {**settings, **self.environment} if function in (VEND, ADMIN) else settings

    async def _assume_execution_role(self, role_arn: str) -> Keys:
        # Lambda names an execution role's session after the function; here role and function share a name.
        return await self.aws.assume(role_arn, role_arn.rpartition("/")[2])

    async def _wait_until_ready(self, function: Function) -> None:
        try:
            async with asyncio.timeout(_READY_LIMIT_S):
                await function.wait_until_ready()
        except TimeoutError:
            tail = self.log_file.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise RuntimeError(f"a function's init phase did not end; its log ends:\n{tail}") from None


def _new_endpoints() -> list[Endpoint]:
    return [
        Endpoint(EndpointKind.HTTP_API, new_name(10), ACCOUNT, REGION),
        Endpoint(EndpointKind.REST_API, new_name(10), ACCOUNT, REGION),
        Endpoint(EndpointKind.FUNCTION_URL, new_name(32), ACCOUNT, REGION, function_name=local_deployment().vend_role),
    ]
