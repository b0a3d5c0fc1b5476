"""The type of the setting of documents' keys: a module of its own, as an authorizer's zip has no library for them."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from shared.documents.public_keys import PublicKeys
from shared.edge.setting_fields import split_list


def _split_keys(value: Any) -> tuple[str, ...]:
    """Check the keys; a setting that names none is an error, as leaving it out would switch signatures off."""
    keys = split_list(value)
    PublicKeys(keys)
    return keys


DocumentKeys = Annotated[tuple[str, ...], BeforeValidator(_split_keys)]
