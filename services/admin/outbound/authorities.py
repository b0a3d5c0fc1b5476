"""Whom calls to other places than AWS trust."""

import os
from functools import lru_cache
from pathlib import Path
from ssl import PROTOCOL_TLS_CLIENT, SSLContext, create_default_context, get_default_verify_paths

from shared.tls import modern


@lru_cache(maxsize=1)
def trusted_authorities() -> SSLContext:
    """Trust the authorities of `SSL_CERT_FILE`, else the system's.

    Where the variable names what `AWS_CA_BUNDLE` does, it is for the HTTP library, which reads all authorities while it
    is imported, and for calls to AWS: the system's authorities count here.
    """
    authorities = os.environ.get("SSL_CERT_FILE")
    if authorities is None or authorities != os.environ.get("AWS_CA_BUNDLE"):
        return modern(create_default_context())
    context, paths = modern(SSLContext(PROTOCOL_TLS_CLIENT)), get_default_verify_paths()
    places = (place if Path(place).exists() else None for place in (paths.openssl_cafile, paths.openssl_capath))
    context.load_verify_locations(*places)
    return context
