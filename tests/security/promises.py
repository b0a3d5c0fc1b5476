"""What is promised of every answer of the vend and the admin Lambda, and of what is logged, for any request."""

import json
import string
from typing import Any, Final

# What our own words are made of; what was sent is repeated in ASCII, escaped where it is not.
_PRINTABLE: Final = frozenset(string.printable) - frozenset("\x0b\x0c\r\n\t") | {"…"}
# A message may repeat a name that was sent, cut short and escaped.
_LONGEST_MESSAGE: Final = 2000


def check_answer(response: dict[str, Any], written: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Check an answer and what was written before it left; give the body and the audit line."""
    audit = only_audit_line(written)
    # AWS answers in these tests, so even the documented 503 would be a mistake of ours, and `detail` says where.
    assert response["statusCode"] < 500, audit.get("detail")
    assert response["headers"]["cache-control"] == "no-store"
    assert response["headers"]["content-type"] == "application/json"
    assert all(text.isascii() and text.isprintable() for text in response["headers"].values())
    body: dict[str, Any] = json.loads(response["body"])
    if "code" in body:
        words = f"{body['message']}{body['hint']}"
        assert set(words) <= _PRINTABLE, "a message repeats what was sent as it was sent"
        assert len(words) < _LONGEST_MESSAGE, "a message repeats too much of what was sent"
        assert "Traceback" not in words
        assert ".py" not in words
    return body, audit


def only_audit_line(written: str) -> dict[str, Any]:
    """Check that one audit line and its metric line were written, each one line of JSON; give the audit line."""
    assert written.endswith("\n")
    lines = [json.loads(line) for line in written.removesuffix("\n").split("\n")]
    assert len(lines) == 2
    [audit] = [line for line in lines if line.get("kind") == "sentinel.audit"]
    assert isinstance(audit, dict)
    return audit
