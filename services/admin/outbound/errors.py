"""What a call to an address of a document ends in where it fails."""


class CallError(Exception):
    """A call that failed. `cause` is for people and the audit line: it names no URL and no secret.

    `may_pass`: trying again could help.
    """

    def __init__(self, cause: str, *, may_pass: bool = False) -> None:
        super().__init__(cause)
        self.cause = cause
        self.may_pass = may_pass
