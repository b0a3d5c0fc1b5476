"""Ways in that outlive a revocation: who may make one, and what a vended session may leave behind."""

import pytest

from tests.security.guardrails.organization import OUTSIDE, STAMP, WORKLOAD, Asker, Organization, exempt, role, service

IAM = f"arn:aws:iam::{WORKLOAD}:"
USER = f"{IAM}user/alice"
ROLE = f"{IAM}role/backdoor"
SAML = f"{IAM}saml-provider/x"
OIDC = f"{IAM}oidc-provider/x.example"
ANYWHERE = f"arn:aws:rolesanywhere:eu-central-1:{WORKLOAD}:"
SESSION = role("prod", path="/sentinel/protected/", aws_SourceIdentity=STAMP)
# Where a session went on to with its stamp.
CHAINED = role("app", aws_SourceIdentity=STAMP)
KEYS = [
    *(
        (f"iam:{action}", USER)
        for action in (
            "CreateAccessKey",
            "CreateLoginProfile",
            "CreateServiceSpecificCredential",
            "CreateUser",
            "ResetServiceSpecificCredential",
            "UpdateAccessKey",
            "UpdateLoginProfile",
            "UpdateSSHPublicKey",
            "UpdateServiceSpecificCredential",
            "UpdateSigningCertificate",
            "UploadSSHPublicKey",
            "UploadSigningCertificate",
        )
    ),
    ("iam:CreateSAMLProvider", SAML),
    ("iam:UpdateSAMLProvider", SAML),
    ("iam:CreateOpenIDConnectProvider", OIDC),
    ("iam:AddClientIDToOpenIDConnectProvider", OIDC),
    ("iam:UpdateOpenIDConnectProviderThumbprint", OIDC),
    ("iam:AcceptDelegationRequest", f"{IAM}delegation-request/x"),
    ("iam:SendDelegationToken", f"{IAM}delegation-request/x"),
    ("rolesanywhere:CreateTrustAnchor", "*"),
    ("rolesanywhere:CreateProfile", "*"),
    ("rolesanywhere:UpdateTrustAnchor", f"{ANYWHERE}trust-anchor/x"),
    ("rolesanywhere:EnableTrustAnchor", f"{ANYWHERE}trust-anchor/x"),
    ("rolesanywhere:UpdateProfile", f"{ANYWHERE}profile/x"),
    ("rolesanywhere:EnableProfile", f"{ANYWHERE}profile/x"),
    ("rolesanywhere:PutAttributeMapping", f"{ANYWHERE}profile/x"),
    ("rolesanywhere:UpdateCrl", f"{ANYWHERE}crl/x"),
    ("rolesanywhere:DisableCrl", f"{ANYWHERE}crl/x"),
    ("rolesanywhere:DeleteCrl", f"{ANYWHERE}crl/x"),
    ("sts:AssumeRoot", f"{IAM}root"),
    ("sts:GetFederationToken", f"arn:aws:sts::{WORKLOAD}:federated-user/x"),
]
DOORS = [
    ("iam:CreateRole", ROLE),
    ("iam:UpdateAssumeRolePolicy", ROLE),
    ("iam:CreateInstanceProfile", f"{IAM}instance-profile/x"),
    ("iam:AddRoleToInstanceProfile", f"{IAM}instance-profile/x"),
    ("iam:AttachUserPolicy", USER),
    ("iam:PutUserPolicy", USER),
    ("iam:DeleteUserPermissionsBoundary", USER),
    ("iam:AddUserToGroup", f"{IAM}group/admins"),
    ("iam:AttachGroupPolicy", f"{IAM}group/admins"),
    ("iam:PutGroupPolicy", f"{IAM}group/admins"),
    ("iam:DetachGroupPolicy", f"{IAM}group/admins"),
    ("iam:EnableMFADevice", USER),
    ("iam:DeactivateMFADevice", USER),
    ("ssm:CreateActivation", "*"),
    ("ssm:UpdateManagedInstanceRole", f"arn:aws:ssm:eu-central-1:{WORKLOAD}:managed-instance/mi-0a1b"),
    ("identitystore:CreateUser", f"arn:aws:identitystore::{WORKLOAD}:identitystore/d-0123456789"),
    ("sso-directory:UpdatePassword", "*"),
    ("sso:CreateAccountAssignment", f"arn:aws:sso:::account/{WORKLOAD}"),
    ("sso:PutInlinePolicyToPermissionSet", "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef"),
    ("iot:CreateRoleAlias", f"arn:aws:iot:eu-central-1:{WORKLOAD}:rolealias/x"),
]


@pytest.mark.parametrize(("action", "resource"), KEYS)
def test_only_exempt_roles_create_lasting_access(organization: Organization, action: str, resource: str) -> None:
    root = role("unused", aws_PrincipalArn=f"arn:aws:iam::{WORKLOAD}:root")
    for asker in (role("Developer"), role("Administrator"), root, SESSION, CHAINED):
        assert organization.decide(asker, action, resource).denying == ["NoLastingKeys"]
    assert all(organization.decide(let, action, resource).allowed for let in exempt())


@pytest.mark.parametrize(("action", "resource"), DOORS)
def test_a_vended_session_leaves_no_door_behind(organization: Organization, action: str, resource: str) -> None:
    for asker in (SESSION, CHAINED):
        assert organization.decide(asker, action, resource).denying == ["VendedLeaveNoDoor"]
    for let in (role("Developer"), role("Developer", aws_SourceIdentity="alice"), *exempt()):
        assert organization.decide(let, action, resource).allowed


@pytest.mark.parametrize("action", ["CreateFunctionUrlConfig", "UpdateFunctionUrlConfig", "AddPermission"])
def test_a_vended_session_opens_no_function_to_everyone(organization: Organization, action: str) -> None:
    def allowed(asker: Asker, kind: str) -> bool:
        function = f"arn:aws:lambda:eu-central-1:{WORKLOAD}:function:thumbnails"
        return organization.decide(asker, f"lambda:{action}", function, lambda_FunctionUrlAuthType=kind).allowed

    assert not allowed(SESSION, "NONE")
    assert not allowed(CHAINED, "NONE")
    assert allowed(SESSION, "AWS_IAM")
    assert allowed(role("Developer"), "NONE")


def test_no_account_leaves_the_organization_and_its_guard_rails(organization: Organization) -> None:
    for asker in (role("Administrator"), SESSION, *exempt()):
        assert organization.decide(asker, "organizations:LeaveOrganization", "*").denying == ["NoLeaving"]


@pytest.mark.parametrize("action", ["sts:SetSourceIdentity", "sts:AssumeRole", "sts:TagSession"])
def test_a_stamp_forged_outside_is_not_carried_in(organization: Organization, action: str) -> None:
    """Nothing binds an outsider in their own account: there they set what source identity they like."""
    target = f"{IAM}role/partner-access"
    for organization_id in ({}, {"aws_PrincipalOrgID": "o-somebodyelse"}):
        forged = role("x", OUTSIDE, aws_SourceIdentity=STAMP, **organization_id)
        assert organization.decide(forged, action, target).denying == ["NoStampFromOutside"]
        honest = role("x", OUTSIDE, aws_SourceIdentity="alice", **organization_id)
        assert organization.decide(honest, action, target).allowed


def test_a_stamp_forged_outside_reads_no_bucket_that_is_shared(organization: Organization) -> None:
    partner = role("x", OUTSIDE, aws_PrincipalAccount="777788889999")
    bucket = "arn:aws:s3:::ledger/a"
    assert organization.decide(partner, "s3:GetObject", bucket).allowed
    forged = partner.having(aws_SourceIdentity=STAMP)
    assert organization.decide(forged, "s3:GetObject", bucket).denying == ["NoStampFromOutside"]


@pytest.mark.parametrize("action", ["sts:SetSourceIdentity", "sts:AssumeRole"])
def test_a_real_stamp_crosses_accounts_of_the_organization(organization: Organization, action: str) -> None:
    for account in (WORKLOAD, "000000000001"):
        session = role("prod", account, "/sentinel/protected/", aws_SourceIdentity=STAMP)
        assert organization.decide(session, action, f"{IAM}role/app").allowed


def test_a_service_that_acts_by_itself_carries_no_stamp_and_is_let(organization: Organization) -> None:
    for name in ("ec2.amazonaws.com", "lambda.amazonaws.com"):
        assert organization.decide(service(name), "sts:AssumeRole", f"{IAM}role/app").allowed
    assert organization.decide(service("cloudtrail.amazonaws.com"), "s3:PutObject", "arn:aws:s3:::ledger/a").allowed
