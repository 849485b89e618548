"""The table of docs/redis.md, against the keys that a test has left."""

import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

PAGE = Path(__file__).resolve().parent.parent / "docs/redis.md"
SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


class Kind(NamedTuple):
    """A row: how such a key is written, who writes it, and how long it may stay; None is for good."""

    key: str
    writer: str
    seconds: int | None

    def fits(self, key: str) -> bool:
        return re.fullmatch(re.sub("<.+?>", ".+", self.key).replace("{", r"\{").replace("}", r"\}"), key) is not None


@cache
def kinds() -> list[Kind]:
    rows = re.findall(r"^\| `(.+?)` \| `(.+?)` \| (.+?) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    return [Kind(key, writer, _seconds(life)) for key, writer, life in rows]


def _seconds(life: str) -> int | None:
    if life == "no end":
        return None
    number, unit = life.split()
    return int(number) * SECONDS[unit.removesuffix("s")]


def wrong(redis: Any) -> list[str]:
    """The keys that are in no row, or that stay longer than their row says."""
    left = {key: redis.ttl(key) for key in map(_text, redis.scan_iter())}
    return [f"{key} ({ttl} s)" for key, ttl in left.items() if not _is_right(key, ttl)]


def _is_right(key: str, ttl: int) -> bool:
    """A TTL of -2 is a key that went meanwhile."""
    return ttl == -2 or any(kind.fits(key) and (kind.seconds is None or 0 <= ttl <= kind.seconds) for kind in kinds())


def _text(key: bytes | str) -> str:
    return key if isinstance(key, str) else key.decode()
