"""The admin API during an incident: list sessions, revoke one, revoke all of a user, lock a user and unlock them."""

from locust import task

from load.driver.caller import TARGET, Caller


class Responder(Caller):
    """The operator at work on the sessions of one user after the other."""

    @task(4)
    def end_a_session(self) -> None:
        vended = self.ask("vend dev", "GET", "/", query={"profile": "dev"}, expect={"ok", "locked_out"})
        if not vended.is_ok:
            return
        query = {"view": "all", "user": self.me.user, "limit": "10"}
        self.ask("list sessions", "GET", "/v1/sessions", query=query, by=TARGET.operator)
        path = f"/v1/sessions/{vended.body['SessionId']}/revoke"
        # A colleague may have ended all of this user's sessions meanwhile.
        expect = {"ok", "conflict"}
        self.ask("revoke a session", "POST", path, body={"reason": "load"}, by=TARGET.operator, expect=expect)

    @task(1)
    def end_everything_of_a_user(self) -> None:
        body = {"user": self.me.user, "reason": "load"}
        self.ask("revoke a user", "POST", "/v1/revocations", body=body, by=TARGET.operator)

    @task(1)
    def lock_out_and_let_in(self) -> None:
        body = {"user": self.me.user, "reason": "load", "duration": "5m"}
        expect = {"ok", "conflict"}
        locked = self.ask("lock a user", "POST", "/v1/lockouts", body=body, by=TARGET.operator, expect=expect)
        if locked.is_ok:
            query = {"user": self.me.user}
            self.ask("unlock a user", "DELETE", "/v1/lockouts", query=query, by=TARGET.operator, expect=expect)
