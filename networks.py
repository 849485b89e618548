"""Whom an address stands for, where people are counted by it."""

from ipaddress import ip_address


def network_of(address: str) -> str:
    """Of an IPv6 address the /64: who has one of it has them all."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return address if found.version == 4 else str(found.ipv4_mapped or found.packed[:8].hex())
