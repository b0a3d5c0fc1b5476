"""The options of each variant, and what of them tests look for."""

from typing import Any

from tests.signatures import public_key

KEY = "arn:aws:kms:eu-central-1:111122223333:key/0f0e0d0c-1111-2222-3333-444455556666"
PAGER = "arn:aws:sns:eu-central-1:111122223333:pager"
STORE = "d-1234567890"
READER = "arn:aws:iam::777788889999:role/SentinelGroups"
VARIANTS: dict[str, dict[str, Any]] = {
    "Default": {},
    "Complete": {
        "name": "vendor",
        "architecture": "x86_64",
        "reserved_concurrency": {"vend": 50, "admin": 10, "authorizer": 100},
        "provisioned_concurrency": {"vend": 2},
        "trust_amazon_roots_only": True,
        "endpoints": {
            "iam": "https://iam-fips.amazonaws.com",
            "dynamodb": "https://dynamodb-fips.us-east-1.amazonaws.com",
        },
        "permissions_boundary_arn": "arn:aws:iam::111122223333:policy/Engineers",
        "parameter_prefix": "/vendor",
        "documents": {
            "policies/access": 'version: "1"\nrules: []\n',
            "profiles/dev": "role_arn: nobody's yet\n",  # codespell:ignore
        },
        "settings": {
            "document_keys": public_key(),
            "deadline": "12",
            "vend_budget": "30",
            "admin_budget": "20",
            "trusted_accounts": "444455556666",
        },
        "authorizers": {
            "pay": {"api_ids": ["a1b2c3d4e5"], "accepted_profiles": ["prod-*"], "max_session_age": "15m"},
            "logs": {
                "api_ids": ["f6g7h8i9j0", "k1l2m3n4o5"],
                "accepted_profiles": ["*"],
                "proof_binding": "request",
                "sts_regions": ["us-east-1"],
            },
        },
        "issuers": {
            "corp": {
                "issuer": "https://login.example.com/corp",
                "audiences": ["sentinel"],
                "kind": "people",
                "user_claim": "email",
                "namespace": "",
            },
            "github": {
                "issuer": "https://token.actions.githubusercontent.com",
                "audiences": ["sentinel", "https://sentinel.example.com"],
                "kind": "workload",
                "required_claims": {"repository_owner_id": ["123456"]},
                "max_token_age": "15m",
            },
        },
        "console": {"issuer": "corp", "client_id": "sentinel", "origins": ["https://tokens.example.com"]},
        "slack": True,
        "group_sync": {
            "interval": 10,
            "believed_for": "90m",
            "identity_store_id": STORE,
            "identity_store_region": "us-east-1",
            "identity_store_role_arn": READER,
        },
        "event_bus": {"kms_key_arn": KEY},
        "audit_archive": {"mode": "COMPLIANCE", "retention_days": 2557, "expire_after_days": 2600, "kms_key_arn": KEY},
        "query_pack": True,
        "kill_switch_policy_arns": ["arn:aws:iam::444455556666:policy/SentinelRevocations-vendor"],
        "rest_api": {"type": "REGIONAL", "source_ips": ["198.51.100.0/24"], "access_logs": True},
        "throttle": {"rate": 20, "burst": 40},
        "incident_throttle": {"rate": 5, "burst": 10},
        "kms_key_arn": KEY,
        "log_kms_key_arn": KEY,
        "log_retention_days": 90,
        "alarm_actions": [PAGER],
    },
    "Private": {
        "http_api": False,
        "kill_switch": False,
        "snap_start": True,
        "trust_amazon_roots_only": False,
        "tracing": False,
        "deletion_protection": False,
        "group_sync": {"identity_store_id": STORE},
        "rest_api": {"type": "PRIVATE", "vpc_endpoint_ids": ["vpce-0a1b2c3d"]},
    },
}
