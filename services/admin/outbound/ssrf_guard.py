"""Which addresses a call may reach: public ones, unless its document says otherwise.

The check is made where a socket is made for an address, after every name was resolved. So a name that resolves to
something else the second time, a number written as a name and a literal address all meet it.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Final

# RFC 6052 §2.1: the last 32 bits are the IPv4 address a NAT64 gateway connects to.
_NAT64: Final = IPv6Network("64:ff9b::/96")
_IPV4_BITS: Final = 0xFFFF_FFFF
# family, type, protocol, canonical name, address
AddressInfo = tuple[Any, Any, int, str, tuple[Any, ...]]


class InternalAddressError(OSError):
    """The address is not on the public internet."""

    def __init__(self) -> None:
        super().__init__("the address is internal, and its document does not allow that")


def open_socket(info: AddressInfo) -> socket.socket:
    """Make a socket for any address."""
    family, kind, protocol, _, _ = info
    return socket.socket(family, kind, protocol)


def open_public_socket(info: AddressInfo) -> socket.socket:
    """Make a socket for a public address.

    Raises:
        InternalAddressError: it is internal; nothing was connected to.

    """
    if not is_public(str(info[4][0])):
        raise InternalAddressError
    return open_socket(info)


def is_public(text: str) -> bool:
    """Whether an address is on the public internet: not private, shared (CGNAT), loopback, link-local
    (instance metadata), multicast or reserved. An address that carries an IPv4 address inside is judged by that one.
    """
    address = ip_address(text)
    if isinstance(address, IPv6Address):
        inner = _inner_address(address)
        if inner is not None:
            return is_public(str(inner))
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _inner_address(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & _IPV4_BITS)
    return address.ipv4_mapped or address.sixtofour
