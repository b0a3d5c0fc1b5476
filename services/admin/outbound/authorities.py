"""Whom calls to other places than AWS trust."""

import os
from functools import lru_cache
from pathlib import Path
from ssl import PROTOCOL_TLS_CLIENT, SSLContext, get_default_verify_paths


@lru_cache(maxsize=1)
def systems_authorities() -> SSLContext | None:
    """Trust the system's authorities where `SSL_CERT_FILE` names only those that calls to AWS trust; None elsewhere.

    The variable is for the HTTP library, which reads all authorities while it is imported.
    """
    authorities = os.environ.get("SSL_CERT_FILE")
    if authorities is None or authorities != os.environ.get("AWS_CA_BUNDLE"):
        return None
    context, paths = SSLContext(PROTOCOL_TLS_CLIENT), get_default_verify_paths()
    places = (place if Path(place).exists() else None for place in (paths.openssl_cafile, paths.openssl_capath))
    context.load_verify_locations(*places)
    return context
