"""A sensitive API's own Lambda: it trusts what the authorizer put into the request context, and nothing else."""

import json
from typing import Any


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Return the caller and their session."""
    caller = event["requestContext"]["authorizer"]["lambda"]
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps({"caller": caller})}
