"""What a person or a job needs: to call the API. No other AWS permission."""

from deploy.policies.place import Place, Policy, Statement, policy


def caller_policy(place: Place, *api_ids: str, function_url: str | None = None) -> Policy:
    """Let a caller invoke Sentinel's APIs; the access policy decides the rest.

    `function_url` names the function whose URL may be called: a new URL asks for both of Lambda's actions (Lambda
    Developer Guide, "Control access to Lambda function URLs").
    """
    statements: list[Statement] = [
        {
            "Sid": "CallSentinel",
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": [place.arn("execute-api", f"{api_id}/*") for api_id in api_ids],
        },
    ]
    if function_url is not None:
        statements.append(
            {
                "Sid": "CallTheFunctionUrl",
                "Effect": "Allow",
                "Action": ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"],
                "Resource": place.arn("lambda", f"function:{function_url}"),
                "Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
            },
        )
    return policy(*statements)


def operator_policy(place: Place) -> Policy:
    """Let an operator push documents with `sentinel policy push`."""
    everything = place.parameters("*")
    return policy(
        {
            "Sid": "KeepDocuments",
            "Effect": "Allow",
            "Action": [
                "ssm:GetParameter",
                "ssm:GetParameters",
                "ssm:GetParametersByPath",
                "ssm:GetParameterHistory",
                "ssm:PutParameter",
                "ssm:DeleteParameter",
            ],
            "Resource": [place.arn("ssm", f"parameter{place.parameter_prefix}"), everything],
        },
    )
