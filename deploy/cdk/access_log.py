"""Who called, and how it ended. Neither query strings nor headers: a presigned URL would carry a token."""

import json
from typing import Final

ACCESS_LOG_FORMAT: Final = json.dumps(
    {
        "request_id": "$context.requestId",
        "time": "$context.requestTime",
        "source_ip": "$context.identity.sourceIp",
        "user_agent": "$context.identity.userAgent",
        "account": "$context.identity.accountId",
        "caller": "$context.identity.userArn",
        "method": "$context.httpMethod",
        "path": "$context.path",
        "status": "$context.status",
        "latency_ms": "$context.responseLatency",
        "integration_error": "$context.integration.error",
    },
)
