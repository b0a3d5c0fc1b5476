"""The URL of an HTTPS call that a document names; it may be a credential, and is in a secret type."""

import re
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, SecretStr

# The host's characters exclude a user name, a second authority and escapes, so that all parsers agree on the host.
_URL: Final = re.compile(r"https://(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?(?:[/?][!-~]*)?")
_MAX_URL_LENGTH: Final = 2048


def _is_https_url(value: SecretStr) -> SecretStr:
    url = value.get_secret_value()
    if not url.startswith("https://"):
        raise ValueError("must begin with https://, in lower case: what is sent is confidential")
    if "@" in re.split(r"[/?]", url.removeprefix("https://"), maxsplit=1)[0]:
        raise ValueError("may not hold a user name or password: remove the part before the @")
    if "#" in url or len(url) > _MAX_URL_LENGTH or not _URL.fullmatch(url):
        raise ValueError(
            f"must be https://HOST/PATH in at most {_MAX_URL_LENGTH} plain ASCII characters, without spaces or #",
        )
    return value


HttpsUrl: TypeAlias = Annotated[SecretStr, AfterValidator(_is_https_url)]
