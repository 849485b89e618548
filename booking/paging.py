"""Paging by key: a list goes on behind the row where its page before ended, whatever was added or taken away since."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, Self

from peewee import Expression

from refusals import NotFound

LARGEST_ID = 2**31 - 1


class Position(NamedTuple):
    """Where a page ended: the moment by which the list is ordered, and the row's own key among those of one moment."""

    moment: datetime
    key: Any

    def __str__(self) -> str:
        """As it stands in an address: with a ~ between."""
        return f"{self.moment.isoformat()}~{self.key}"

    @classmethod
    def parse(cls, text: str, key: Callable[[str], object] = str) -> Self:
        """Raises NotFound for what no page of ours ends with."""
        moment, _, said = text.partition("~")
        try:
            return cls(datetime.fromisoformat(moment).astimezone(), key(said))
        except (ValueError, OverflowError):
            raise NotFound("没有这一页") from None


def row_id(text: str) -> int:
    """A key that counts: no larger than a database can hold. Raises ValueError."""
    return min(int(text), LARGEST_ID)


def behind(moment: Any, key: Any, end: Position, *, newest_first: bool = False) -> Expression:
    """True of the rows that follow `end` in the order of these two columns.

    The moment alone stands first, so that the database goes along its index.
    """
    same = moment == end.moment
    if newest_first:
        along, beyond = moment <= end.moment, moment < end.moment
        further = same & (key < end.key)
    else:
        along, beyond = moment >= end.moment, moment > end.moment
        further = same & (key > end.key)
    found: Expression = along & (beyond | further)
    return found
