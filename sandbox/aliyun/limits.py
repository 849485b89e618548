"""How many messages one number may get (help.aliyun.com/document_detail/44335).

Minutes and hours are those of the clock in UTC+8; a day is the 24 hours before the sending.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.aliyun.wording import BusinessRefusal

CODES_A_MINUTE, CODES_AN_HOUR, CODES_A_DAY, CODES_A_DAY_OF_ALL_SENDERS = 1, 5, 10, 40
NOTICES_A_DAY = 50


@dataclass(frozen=True)
class Sent:
    at: datetime
    sign_name: str
    template: str
    is_code: bool


class Limits:
    """Not safe to call from two threads at once; the carrier holds its lock."""

    def __init__(self) -> None:
        self._sent: dict[str, list[Sent]] = defaultdict(list)

    def count(self, phones: Iterable[str], sending: Sent) -> None:
        """Counts the sending for each phone. Raises BusinessRefusal, and then counts it for none."""
        numbers = list(phones)
        for phone in numbers:
            day = [sent for sent in self._sent[phone] if sending.at - sent.at < timedelta(hours=24)]
            self._sent[phone] = day
            _check_code(day, sending) if sending.is_code else _check_notice(day, sending)
        for phone in numbers:
            self._sent[phone].append(sending)


def _check_code(day: list[Sent], now: Sent) -> None:
    codes = [sent for sent in day if sent.is_code]
    own = [sent for sent in codes if sent.sign_name == now.sign_name]
    hour = [sent for sent in own if _same(sent.at, now.at, "%Y%m%d%H")]
    minute = [sent for sent in hour if _same(sent.at, now.at, "%Y%m%d%H%M")]
    _allow(len(minute), CODES_A_MINUTE, "分钟级")
    _allow(len(hour), CODES_AN_HOUR, "小时级")
    _allow(len(own), CODES_A_DAY, "天级")
    _allow(len(codes), CODES_A_DAY_OF_ALL_SENDERS, "天级")


def _check_notice(day: list[Sent], now: Sent) -> None:
    same = [sent for sent in day if (sent.sign_name, sent.template) == (now.sign_name, now.template)]
    _allow(len(same), NOTICES_A_DAY, "天级")


def _allow(sent: int, permits: int, window: str) -> None:
    if sent >= permits:
        raise BusinessRefusal("isv.BUSINESS_LIMIT_CONTROL", f"触发{window}流控Permits:{permits}")


def _same(one: datetime, other: datetime, window: str) -> bool:
    return one.strftime(window) == other.strftime(window)
