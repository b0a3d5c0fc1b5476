"""The manifest of the Slack app: what it may do in a workspace, and where Slack sends presses and commands.

Slack's documentation, "App manifest reference".
"""

from typing import Any, Final

COMMAND: Final = "/sentinel"
# Post and edit messages; the command; direct messages to requesters; who pressed, and their e-mail address.
SCOPES: Final = ("chat:write", "commands", "im:write", "users:read", "users:read.email")
PLACEHOLDER_URL: Final = "https://API_ID.execute-api.REGION.amazonaws.com/slack"


def manifest(url: str) -> dict[str, Any]:
    """Return the manifest of an app whose requests go to the URL."""
    return {
        "_metadata": {"major_version": 1},
        "display_information": {
            "name": "Sentinel",
            "description": "Who asks for access to AWS, and who decides",
            "background_color": "#1f2937",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "Sentinel", "always_online": True},
            "slash_commands": [
                {
                    "command": COMMAND,
                    "url": url,
                    "description": "Ask for access to AWS",
                    "usage_hint": "request",
                    "should_escape": False,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "interactivity": {"is_enabled": True, "request_url": url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }
