"""What STS refuses and emulators accept (STS API reference, AssumeRole; IAM User Guide, "Pass session tags")."""

import json
from typing import Final

from deploy.local.strict.context import AwsRequest, StrictContext, rule

_CHAINING_MAXIMUM_S: Final = 3600
_SESSION_POLICY_MAXIMUM: Final = 2048
_POLICY_ARNS_MAXIMUM: Final = 10
_RESERVED: Final = "aws:"


@rule("sts", "AssumeRole")
def a_chained_session_ends_within_an_hour(request: AwsRequest, context: StrictContext) -> str | None:
    if context.caller_is_role_session and request.params.get("DurationSeconds", 0) > _CHAINING_MAXIMUM_S:
        return "the requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
    return None


@rule("sts", "AssumeRole")
def no_tag_is_reserved(request: AwsRequest, _: StrictContext) -> str | None:
    texts = [text for tag in request.params.get("Tags", []) for text in (tag["Key"], tag["Value"])]
    if any(text.lower().startswith(_RESERVED) for text in texts):
        return "tag keys and values that begin with aws: are reserved"
    return None


@rule("sts", "AssumeRole")
def no_source_identity_is_reserved(request: AwsRequest, _: StrictContext) -> str | None:
    if request.params.get("SourceIdentity", "").lower().startswith(_RESERVED):
        return "a SourceIdentity that begins with aws: is reserved"
    return None


@rule("sts", "AssumeRole")
def tag_keys_differ_by_more_than_case(request: AwsRequest, _: StrictContext) -> str | None:
    keys = [tag["Key"].lower() for tag in request.params.get("Tags", [])]
    return "duplicate tag keys: they differ by case only" if len(keys) != len(set(keys)) else None


@rule("sts", "AssumeRole")
def transitive_keys_are_tags_of_the_call(request: AwsRequest, _: StrictContext) -> str | None:
    keys = {tag["Key"] for tag in request.params.get("Tags", [])}
    missing = set(request.params.get("TransitiveTagKeys", [])) - keys
    return f"TransitiveTagKeys names {min(missing)!r}, which is not among the Tags" if missing else None


@rule("sts", "AssumeRole")
def a_session_policy_fits(request: AwsRequest, _: StrictContext) -> str | None:
    policy = request.params.get("Policy", "")
    if len(policy) > _SESSION_POLICY_MAXIMUM:
        return f"the session policy has {len(policy)} characters, over {_SESSION_POLICY_MAXIMUM}"
    return None


@rule("sts", "AssumeRole")
def a_session_policy_is_a_policy(request: AwsRequest, _: StrictContext) -> str | None:
    try:
        policy = json.loads(request.params.get("Policy", '{"Statement":[]}'))
    except ValueError:
        return "the session policy is not JSON"
    return None if isinstance(policy, dict) and "Statement" in policy else "the session policy has no Statement"


@rule("sts", "AssumeRole")
def at_most_ten_policies_narrow_a_session(request: AwsRequest, _: StrictContext) -> str | None:
    count = len(request.params.get("PolicyArns", []))
    return f"{count} PolicyArns, over {_POLICY_ARNS_MAXIMUM}" if count > _POLICY_ARNS_MAXIMUM else None
