"""What people write to be taken for markup, a link or a mention; and how clients would know one."""

import re
from typing import Any

from services.admin.notify.quoting import name
from shared.core.events import NoticeEvent
from tests.unit.admin.notify.test_links import details_of

HOSTILE = [
    "https://evil.example/#/approvals/1",
    "see http://10.0.0.1/x or www.evil.example or evil.example/path, or evil\u3002example",
    "[Approve](https://evil.example) ![x](https://evil.example/x.png) <https://evil.example|Open>",
    "<at>Security</at> @everyone @here <!channel> mailto:bob@evil.example",
    "**Approved** _by_ `bob` # heading\r- item\r1. item",
    "{{DATE(2017-02-14T06:00:00Z, SHORT)}} {{{{x}}}} ${x} @{triggerBody()}",
    '"}}]} "severity": "critical", "event_action": "resolve"',
    "<script>alert(1)</script> &lt;b&gt;",
    "\u202eevorppa\u202c \u200b\u2028line\x00",
    "x" * 5000,
]
# Signs that chats, mail clients and pagers know a link by: a scheme, or a name with dots that is no mail address.
LINKS = re.compile(r"://|(?<![@\w])www\.|(?<=[\w])[.\u3002\uff0e\uff61](?=[\w])")
MARKUP = frozenset("<>*_~`|&@")


def said_everywhere(kind: NoticeEvent, said: str) -> dict[str, Any]:
    """Give what an event is about, with the same words in everything that people write, and names without marks."""
    names = {"user": "alice", "name": "alice"} if name(said) == said else {}
    return details_of(kind, said) | {"approvers": ["bob"]} | names
