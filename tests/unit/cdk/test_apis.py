"""Who may call, and what API Gateway may invoke."""

import json
from collections import Counter

from deploy.policies.caller import rest_api_policy
from deploy.policies.routes import CONSOLE_BURST, CONSOLE_RATE
from services.admin.api import ENDPOINTS
from tests.cdk.template import Template, example_deployment

INCIDENTS = {
    "GET /v1/sessions",
    "GET /v1/sessions/{id}",
    "POST /v1/sessions/{id}/revoke",
    "POST /v1/revocations",
    "POST /v1/revocations/{id}/continue",
    "GET /v1/lockouts",
    "POST /v1/lockouts",
    "DELETE /v1/lockouts",
    "GET /v1/kill-switch",
    "POST /v1/kill-switch/sync",
}
ROUTES = {"GET /": "vend", "POST /": "vend", "GET /profiles": "vend", "ANY /v1/{proxy+}": "admin"} | dict.fromkeys(
    INCIDENTS, "admin"
)


ISSUERS = {"corp", "github"}
CONSOLE = {"GET /console", "GET /console/{proxy+}"}


def test_every_route_of_the_http_api_asks_for_a_signature(default: Template) -> None:
    routes = default.of_type("ApiGatewayV2::Route").values()

    assert {route["RouteKey"] for route in routes} == ROUTES.keys()
    assert {route["AuthorizationType"] for route in routes} == {"AWS_IAM"}


def test_the_routes_below_an_issuers_prefix_ask_for_its_tokens_and_no_other(complete: Template) -> None:
    authorizers = {f"<{key}>": each for key, each in complete.of_type("ApiGatewayV2::Authorizer").items()}
    routes = complete.of_type("ApiGatewayV2::Route").values()

    for route in routes:
        if route["AuthorizationType"] == "AWS_IAM":
            assert route["RouteKey"] in ROUTES
        elif route["AuthorizationType"] == "NONE":
            assert route["RouteKey"] in CONSOLE
        else:
            assert route["AuthorizationType"] == "JWT"
            assert route["RouteKey"].split("/")[1:3] == ["as", authorizers[route["AuthorizerId"]]["Name"]]
    below = {route["RouteKey"] for route in routes if "/as/github" in route["RouteKey"]}
    assert below == {
        "ANY /as/github",
        "ANY /as/github/{proxy+}",
        "ANY /as/github/v1/{proxy+}",
        *(route.replace(" /", " /as/github/") for route in INCIDENTS),
    }


def test_only_the_files_of_a_console_are_open_and_they_lead_to_admin(complete: Template) -> None:
    open_routes = [
        each for each in complete.of_type("ApiGatewayV2::Route").values() if each["AuthorizationType"] == "NONE"
    ]
    integrations, aliases = complete.of_type("ApiGatewayV2::Integration"), complete.of_type("Lambda::Alias")
    functions = complete.of_type("Lambda::Function")
    led = {
        functions[aliases[integration["IntegrationUri"].strip("<>")]["FunctionName"].strip("<>")]["FunctionName"]
        for integration in (
            integrations[each["Target"].removeprefix("integrations/<").rstrip(">")] for each in open_routes
        )
    }

    assert {each["RouteKey"] for each in open_routes} == CONSOLE
    assert led == {"vendor-admin"}
    (api,) = complete.of_type("ApiGatewayV2::Api")
    source = f"arn:aws:execute-api:eu-central-1:111122223333:<{api}>/*/GET/console*"
    assert [each["SourceArn"] for each in complete.of_type("Lambda::Permission").values()].count(source) == 1


def test_an_authorizer_and_its_document_say_the_same(complete: Template) -> None:
    authorizers = {each["Name"]: each for each in complete.of_type("ApiGatewayV2::Authorizer").values()}

    assert authorizers.keys() == ISSUERS
    for name, authorizer in authorizers.items():
        document = json.loads(complete.named("SSM::Parameter", "Name", f"/vendor/issuers/{name}")["Value"])
        verified = {"Issuer": document["issuer"], "Audience": document["audiences"]}
        assert authorizer["JwtConfiguration"] == verified
        assert authorizer["IdentitySource"] == ["$request.header.Authorization"]
        assert authorizer["AuthorizerType"] == "JWT"
        assert document["version"] == "1"
        assert None not in document.values()


def test_api_gateway_may_invoke_the_functions_below_the_prefixes(complete: Template) -> None:
    (api,) = complete.of_type("ApiGatewayV2::Api")
    below = [each for each in complete.of_type("Lambda::Permission").values() if "/as/" in each["SourceArn"]]

    assert {each["SourceArn"] for each in below} == {f"arn:aws:execute-api:eu-central-1:111122223333:<{api}>/*/*/as/*"}
    assert len({each["FunctionName"] for each in below}) == len(below) == 2


def test_a_functions_policy_has_room_for_the_routes_of_ten_issuers(complete: Template) -> None:
    """Lambda quotas: 20 KB; a statement with its conditions is under 500 bytes. Issuers add one statement."""
    permissions = Counter(each["FunctionName"] for each in complete.of_type("Lambda::Permission").values())

    assert max(permissions.values()) * 500 < 20_480


def test_every_method_of_the_rest_api_asks_for_a_signature(complete: Template, private: Template) -> None:
    for template in (complete, private):
        methods = template.of_type("ApiGateway::Method").values()
        assert sorted(method["HttpMethod"] for method in methods) == sorted(route.split(" ")[0] for route in ROUTES)
        assert {method["AuthorizationType"] for method in methods} == {"AWS_IAM"}


def test_routes_lead_to_the_alias_of_their_function(default: Template) -> None:
    integrations = default.of_type("ApiGatewayV2::Integration")
    for route in default.of_type("ApiGatewayV2::Route").values():
        integration = integrations[route["Target"].removeprefix("integrations/<").rstrip(">")]
        alias = default.of_type("Lambda::Alias")[integration["IntegrationUri"].strip("<>")]
        function = default.of_type("Lambda::Function")[alias["FunctionName"].strip("<>")]
        assert function["FunctionName"] == f"sentinel-{ROUTES[route['RouteKey']]}"
        assert integration["PayloadFormatVersion"] == "2.0"


def test_api_gateway_may_invoke_each_alias_for_its_own_routes_only(default: Template) -> None:
    (api,) = default.of_type("ApiGatewayV2::Api")
    every = default.of_type("Lambda::Permission").values()
    permissions = [each for each in every if each["Principal"] != "events.amazonaws.com"]

    source = f"arn:aws:execute-api:eu-central-1:111122223333:<{api}>/*/"
    assert {permission["SourceArn"].removeprefix(source) for permission in permissions} == {
        "GET/",
        "POST/",
        "GET/profiles",
        "*/v1/{proxy+}",
        *(route.replace(" ", "") for route in INCIDENTS),
    }
    assert {permission["FunctionName"].strip("<>") for permission in permissions} == {*default.of_type("Lambda::Alias")}
    assert all(permission["Principal"] == "apigateway.amazonaws.com" for permission in permissions)
    assert all(permission["Action"] == "lambda:InvokeFunction" for permission in permissions)


def test_the_rest_api_may_invoke_each_alias_for_its_own_methods_only(private: Template) -> None:
    permissions = private.of_type("Lambda::Permission").values()
    sources = [each["SourceArn"] for each in permissions if each["Principal"] == "apigateway.amazonaws.com"]

    (api,) = private.of_type("ApiGateway::RestApi")
    (stage,) = private.of_type("ApiGateway::Stage")
    below = f"arn:aws:execute-api:eu-central-1:111122223333:<{api}>/<{stage}>"
    others = {"*/v1/*", "GET/", "GET/profiles", "POST/"}
    incidents = {route.replace(" ", "").replace("{id}", "*") for route in INCIDENTS}
    assert {source.removeprefix(f"{below}/") for source in sources} == others | incidents
    assert len(sources) == len(ROUTES)


def test_only_the_authorizers_of_guarded_apis_may_ask_ours(complete: Template) -> None:
    sources = {
        permission["SourceArn"].partition("111122223333:")[2]
        for permission in complete.of_type("Lambda::Permission").values()
        if "authorizers" in permission["SourceArn"]
    }

    assert sources == {f"{api}/authorizers/*" for api in ("a1b2c3d4e5", "f6g7h8i9j0", "k1l2m3n4o5")}


def test_stages_are_throttled_and_write_access_logs_without_tokens(complete: Template) -> None:
    http, rest = complete.only("ApiGatewayV2::Stage"), complete.only("ApiGateway::Stage")
    (everything,) = (each for each in rest["MethodSettings"] if each["ResourcePath"] == "/*")

    assert http["DefaultRouteSettings"]["ThrottlingRateLimit"] == everything["ThrottlingRateLimit"] == 20
    assert http["DefaultRouteSettings"]["ThrottlingBurstLimit"] == everything["ThrottlingBurstLimit"] == 40
    assert (everything["HttpMethod"], everything["ResourcePath"]) == ("*", "/*")
    assert (everything["LoggingLevel"], everything["DataTraceEnabled"]) == ("OFF", False)
    for settings in (http["AccessLogSettings"], rest["AccessLogSetting"]):
        fields = json.loads(settings["Format"])
        assert fields["caller"] == "$context.identity.userArn"
        assert not any("header" in field or "querystring" in field for field in fields.values())


def test_a_regional_api_takes_calls_from_its_addresses_only(complete: Template) -> None:
    api = complete.only("ApiGateway::RestApi")

    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    trusted, elsewhere = api["Policy"]["Statement"]
    assert trusted["Principal"] == {"AWS": "arn:aws:iam::444455556666:root"}
    assert elsewhere["Effect"] == "Deny"
    assert elsewhere["Condition"] == {"NotIpAddress": {"aws:SourceIp": ["198.51.100.0/24"]}}


def test_a_private_api_takes_calls_through_its_endpoints_only(private: Template) -> None:
    api = private.only("ApiGateway::RestApi")

    assert api["EndpointConfiguration"] == {"Types": ["PRIVATE"], "VpcEndpointIds": ["vpce-0a1b2c3d"]}
    trusted, elsewhere = api["Policy"]["Statement"]
    assert trusted["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}
    assert elsewhere["Effect"] == "Deny"
    assert elsewhere["Condition"] == {"StringNotEquals": {"aws:SourceVpce": ["vpce-0a1b2c3d"]}}
    assert not private.of_type("ApiGatewayV2::Api")


def test_addresses_of_a_private_api_are_those_inside_the_vpc() -> None:
    policy = rest_api_policy(
        example_deployment(), accounts=["111122223333"], vpc_endpoint_ids=["vpce-0a1b2c3d"], source_ips=["10.0.0.0/8"]
    )

    denials = [each["Condition"] for each in policy["Statement"] if each["Effect"] == "Deny"]  # type: ignore[attr-defined]
    assert denials == [
        {"StringNotEquals": {"aws:SourceVpce": ["vpce-0a1b2c3d"]}},
        {"NotIpAddress": {"aws:VpcSourceIp": ["10.0.0.0/8"]}},
    ]


def test_routes_of_incidents_have_limits_that_no_other_call_counts_against(complete: Template) -> None:
    http, rest = complete.only("ApiGatewayV2::Stage"), complete.only("ApiGateway::Stage")
    methods = {
        f"{each['HttpMethod']} {each['ResourcePath'].replace('~1', '/').removeprefix('/')}": each
        for each in rest["MethodSettings"]
        if each["ResourcePath"] != "/*"
    }

    of_issuers = {route.replace(" /", f" /as/{name}/") for name in ISSUERS for route in INCIDENTS}
    assert http["RouteSettings"].keys() == INCIDENTS | of_issuers | CONSOLE
    assert methods.keys() == INCIDENTS
    for route in CONSOLE:
        limits = http["RouteSettings"][route]
        assert (limits["ThrottlingRateLimit"], limits["ThrottlingBurstLimit"]) == (CONSOLE_RATE, CONSOLE_BURST)
    of_incidents = [each for route, each in http["RouteSettings"].items() if route not in CONSOLE]
    for settings in (*of_incidents, *methods.values()):
        assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (5, 10)
    for settings in methods.values():
        assert (settings["LoggingLevel"], settings["DataTraceEnabled"]) == ("OFF", False)


def test_a_stage_waits_for_the_routes_it_has_settings_for(default: Template) -> None:
    (stage,) = (each for each in default.resources.values() if each["Type"] == "AWS::ApiGatewayV2::Stage")
    assert {*default.of_type("ApiGatewayV2::Route")} <= {*stage["DependsOn"]}


def test_every_call_of_the_admin_function_has_a_method_on_a_rest_api() -> None:
    """A path with a resource of its own is no longer the catch-all's: what has no method there is refused."""
    own = {route.partition(" ")[2].split("/")[2] for route in INCIDENTS}
    below = {f"{call.method} {call.path}" for call in ENDPOINTS if call.path.split("/")[2] in own}
    assert below == INCIDENTS
