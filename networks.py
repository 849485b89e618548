"""By which address somebody asks, and whom it stands for, where people are counted by it."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any


def sender(environ: Mapping[str, Any], hops: int) -> str:
    """The address that the outermost of so many proxies of ours was asked from, as ProxyFix finds it further in."""
    passed_on = str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    if 0 < hops <= len(passed_on) and (named := passed_on[-hops].strip()):
        return named
    return str(environ.get("REMOTE_ADDR", ""))


def network_of(address: str) -> str:
    """Of an IPv6 address the /64: who has one of it has them all."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return address if found.version == 4 else str(found.ipv4_mapped or found.packed[:8].hex())
