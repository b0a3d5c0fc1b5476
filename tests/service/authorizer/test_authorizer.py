from tests.service.authorizer.function import AuthorizerLambda


def test_a_live_session_passes(authorizer: AuthorizerLambda) -> None:
    authorizer.vend()
    assert authorizer.ask().answer == {
        "isAuthorized": True,
        "context": {"user": "alice", "profile": "prod", "session_id": "0123456789abcdef", "via": "direct"},
    }
