import botocore.session
import pytest

from shared.core.arn import PARTITIONS, MalformedArnError, is_account_id, parse_arn, role_name
from shared.core.caller_names import is_caller_name
from shared.core.identity import CallerKind, IdentityRules, Principal, UnknownCaller, identify

ACCOUNT = "123456789012"
RULES = IdentityRules(frozenset({ACCOUNT}), named_session_roles=("Person-*",))
ROOT = "the root user is never accepted: use a person's or a job's own identity"
VENDED = "credentials vended by Sentinel cannot ask for more: call with your own"
NO_CALLER = "only IAM users, federated users and role sessions can be callers"
SIX_FIELDS = "an ARN has six fields: arn:partition:service:region:account:resource"
SSO = "AWSReservedSSO_Admins_0123456789abcdef"


def name(resource: str, *, service: str = "sts", rules: IdentityRules = RULES) -> Principal | UnknownCaller:
    return identify(f"arn:aws:{service}::{ACCOUNT}:{resource}", ACCOUNT, rules)


def test_an_iam_user_is_its_name_without_its_path() -> None:
    expected = Principal(CallerKind.IAM_USER, "alice", ACCOUNT, role="", session_name="")
    assert name("user/alice", service="iam") == expected
    assert name("user/teams/red/alice", service="iam") == expected


def test_an_identity_center_caller_is_the_session_name() -> None:
    assert name(f"assumed-role/{SSO}/alice@corp.example") == Principal(
        CallerKind.IDENTITY_CENTER, "alice@corp.example", ACCOUNT, SSO, "alice@corp.example"
    )


def test_a_session_of_a_named_session_role_is_the_session_name() -> None:
    assert name("assumed-role/Person-Dev/alice") == Principal(
        CallerKind.NAMED_SESSION, "alice", ACCOUNT, "Person-Dev", "alice"
    )


def test_any_other_role_session_is_its_role_under_any_session_name() -> None:
    assert name("assumed-role/ci-web/alice") == Principal(CallerKind.ROLE, "role/ci-web", ACCOUNT, "ci-web", "alice")


def test_a_federated_user_has_a_namespace_of_its_own() -> None:
    assert name("federated-user/alice") == Principal(CallerKind.FEDERATED_USER, "federated/alice", ACCOUNT, "", "alice")


@pytest.mark.parametrize(
    "role", ["AWSReservedSSO_Admins", "AWSReservedSSO_Admins_0123", "AWSReservedSSO_Admins_0123456789ABCDEF"]
)
def test_a_look_alike_of_an_identity_center_role_is_only_a_role(role: str) -> None:
    principal = name(f"assumed-role/{role}/alice")
    assert isinstance(principal, Principal)
    assert principal.user == f"role/{role}"


def test_where_identity_center_roles_are_listed_others_are_only_roles() -> None:
    listed = IdentityRules(frozenset({ACCOUNT}), sso_roles=frozenset({SSO}))
    other = SSO.replace("Admins", "Guests")
    named, unnamed = name(f"assumed-role/{SSO}/a1", rules=listed), name(f"assumed-role/{other}/a1", rules=listed)
    assert isinstance(named, Principal)
    assert isinstance(unnamed, Principal)
    assert (named.user, unnamed.user) == ("a1", f"role/{other}")


OTHER = "210987654321"


@pytest.mark.parametrize(
    ("entry", "trusted", "account", "is_named"),
    [
        ("{}", {ACCOUNT}, ACCOUNT, True),
        (f"{ACCOUNT}:{{}}", {ACCOUNT}, ACCOUNT, True),
        (f"{ACCOUNT}:{{}}", {ACCOUNT, OTHER}, ACCOUNT, True),
        (f"{ACCOUNT}:{{}}", {ACCOUNT, OTHER}, OTHER, False),
        ("{}", {ACCOUNT, OTHER}, ACCOUNT, False),
        ("{}", {ACCOUNT, OTHER}, OTHER, False),
        (f"{OTHER}:{{}}", {ACCOUNT}, ACCOUNT, False),
    ],
)
def test_a_role_names_its_caller_only_in_the_account_it_is_listed_for(
    entry: str, trusted: set[str], account: str, *, is_named: bool
) -> None:
    rules = IdentityRules(frozenset(trusted), frozenset({entry.format(SSO)}), (entry.format("Person-*"),))
    for role in (SSO, "Person-Dev"):
        seen = identify(f"arn:aws:sts::{account}:assumed-role/{role}/alice", account, rules)
        assert isinstance(seen, Principal)
        assert (seen.user, seen.account) == ("alice" if is_named else f"role/{role}", account)


def test_a_glob_of_one_account_reaches_no_other_however_wide() -> None:
    rules = IdentityRules(frozenset({ACCOUNT, OTHER}), frozenset({f"{ACCOUNT}:{SSO}"}), (f"{ACCOUNT}:*", "*", "*:*"))
    seen = identify(f"arn:aws:sts::{OTHER}:assumed-role/Person-Dev/alice", OTHER, rules)
    assert isinstance(seen, Principal)
    assert seen.user == "role/Person-Dev"


@pytest.mark.parametrize(
    ("arn", "account", "why"),
    [
        (f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, ROOT),
        (
            "arn:aws:iam::999999999999:user/alice",
            "999999999999",
            "account 999999999999 is not one this service accepts callers from",
        ),
        (f"arn:aws:iam::{ACCOUNT}:user/alice", "999999999999", "the caller's ARN and account disagree"),
        ("arn:aws:iam:::user/alice", "", "the caller's ARN and account disagree"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/sentinel-d-0123456789abcdef-alice", ACCOUNT, VENDED),
        (f"arn:aws:sts:eu-west-1:{ACCOUNT}:assumed-role/dev/alice", ACCOUNT, "an identity's ARN has no region"),
        (
            f"arn:aws:sts::{ACCOUNT}:federated-user/sentinel-d-0123456789abcdef-e",
            ACCOUNT,
            "a federated user named like one of Sentinel's sessions is not accepted",
        ),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/dev", ACCOUNT, NO_CALLER),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/path/dev/alice", ACCOUNT, NO_CALLER),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/dev/al ice", ACCOUNT, NO_CALLER),
        (f"arn:aws:iam::{ACCOUNT}:role/dev", ACCOUNT, NO_CALLER),
        (f"arn:aws:iam::{ACCOUNT}:user/", ACCOUNT, NO_CALLER),
        (f"arn:aws:s3::{ACCOUNT}:user/alice", ACCOUNT, NO_CALLER),
        (f"arn:evil:iam::{ACCOUNT}:user/alice", ACCOUNT, "the caller's ARN cannot be read: unknown partition 'evil'"),
        ("alice", ACCOUNT, f"the caller's ARN cannot be read: {SIX_FIELDS}"),
        ("", "", f"the caller's ARN cannot be read: {SIX_FIELDS}"),
    ],
)
def test_a_caller_without_a_name_is_refused_with_the_reason(arn: str, account: str, why: str) -> None:
    assert identify(arn, account, RULES) == UnknownCaller(why)


def test_different_kinds_of_caller_never_share_a_name() -> None:
    callers = [
        name("user/ci", service="iam"),
        name("assumed-role/ci/ci"),
        name("federated-user/ci"),
    ]
    assert len({caller.user for caller in callers if isinstance(caller, Principal)}) == len(callers)


def test_the_partitions_are_botocores() -> None:
    assert frozenset(botocore.session.Session().get_available_partitions()) == PARTITIONS


@pytest.mark.parametrize("partition", sorted(PARTITIONS))
def test_an_arn_of_every_partition_is_read_and_written_alike(partition: str) -> None:
    text = f"arn:{partition}:iam::{ACCOUNT}:role/a/b:c"
    assert str(parse_arn(text)) == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("arn:aws:iam::12345:user/a", "an account is 12 digits"),
        (
            "arn:aws:iam::\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669\u0660\u0661\u0662:user/a",
            "an account is 12 digits",
        ),
        ("arn:aws::::x", "service and resource may not be empty"),
        ("arn:aws:iam:::", "service and resource may not be empty"),
        ("arn:aws-x:iam:::x", "unknown partition 'aws-x'"),
        ("arn:aws:iam::123456789012", SIX_FIELDS),
        ("a:aws:iam:::f", SIX_FIELDS),
    ],
)
def test_a_malformed_arn_is_an_error_that_says_why(text: str, why: str) -> None:
    with pytest.raises(MalformedArnError) as error:
        parse_arn(text)
    assert str(error.value) == why


def test_a_roles_name_leaves_out_its_path() -> None:
    assert role_name(parse_arn(f"arn:aws:iam::{ACCOUNT}:role/team/red/Deploy")) == "Deploy"


@pytest.mark.parametrize(
    "arn",
    [
        *(
            f"arn:aws:iam::{ACCOUNT}:{resource}"
            for resource in ("user/x", "role/", "role", f"role/{'x' * 65}", "role/a b")
        ),
        f"arn:aws:sts::{ACCOUNT}:role/Deploy",
        f"arn:aws:iam:eu-west-1:{ACCOUNT}:role/Deploy",
        "arn:aws:iam:::role/Deploy",
        f"arn:aws:iam::{ACCOUNT}:roles/Deploy",
    ],
)
def test_the_arn_of_something_else_is_no_roles(arn: str) -> None:
    with pytest.raises(MalformedArnError) as error:
        role_name(parse_arn(arn))
    assert str(error.value) == "a role's ARN reads arn:aws:iam::123456789012:role/Name"


@pytest.mark.parametrize(
    ("text", "holds"), [(ACCOUNT, True), (ACCOUNT[1:], False), (f"{ACCOUNT}0", False), ("", False)]
)
def test_an_account_id_is_twelve_digits(text: str, *, holds: bool) -> None:
    assert is_account_id(text) is holds


def test_a_refusal_repeats_little_of_an_unknown_partition_and_escapes_it() -> None:
    with pytest.raises(MalformedArnError) as caught:
        parse_arn(f"arn:\u202eä{'x' * 10_000}:iam::{ACCOUNT}:user/a")
    assert str(caught.value).isascii()
    assert len(str(caught.value)) < 100


@pytest.mark.parametrize(
    "resource",
    ["user/alice", "user/teams/red/alice", "user/sentinel-d-0123456789abcdef-eve", f"user/{'x' * 64}"],
)
def test_the_name_of_every_iam_user_is_a_callers_name(resource: str) -> None:
    principal = name(resource, service="iam")
    assert isinstance(principal, Principal)
    assert is_caller_name(principal.user)


@pytest.mark.parametrize(
    "resource",
    [
        f"assumed-role/{SSO}/alice@corp.example",
        f"assumed-role/{SSO}/corp=alice,a+b",
        "assumed-role/Person-Dev/alice",
        "assumed-role/ci-web/anything",
        "federated-user/alice",
    ],
)
def test_the_name_of_every_session_is_a_callers_name(resource: str) -> None:
    principal = name(resource)
    assert isinstance(principal, Principal)
    assert is_caller_name(principal.user)


@pytest.mark.parametrize(
    "impossible",
    [
        "",
        "alice ",
        " alice",
        "al ice",
        "alice\n",
        "alice\x00",
        "alice\u200b",
        "\u0430lice",
        "alice#prod",
        "x" * 65,
        "role/",
        "role/two/parts",
        "Role/ci",
        "federated/",
        "federated/sentinel-d-0123456789abcdef-eve",
        "Other/alice",
        "other/ali ce",
        "other/",
        "user/alice",
        f"other/{'x' * 251}",
        "21098765432/alice",
        "210987654321/",
        "210987654321/other/alice",
        "210987654321/federated/sentinel-d-0123456789abcdef-eve",
        "/alice",
        "alice/",
        "*",
    ],
)
def test_what_no_caller_can_be_called_is_no_callers_name(impossible: str) -> None:
    assert not is_caller_name(impossible)
