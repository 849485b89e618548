"""Aliyun's receipts (SmsReport): unsigned hints about a notice, repeated, in any order. No booking changes."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from peewee import Expression

from clock import SHANGHAI
from models import Notice
from sms import outbox
from sms.outcomes import meaning

CLOCKS_APART = timedelta(seconds=30)  # Aliyun's clock and ours


class Taken(NamedTuple):
    used: int
    ignored: int


def take(items: Iterable[object], now: datetime) -> Taken:
    """Write down what these receipts say; what is no receipt of ours is counted, not believed."""
    used = [_take(item, now) for item in items]
    return Taken(sum(used), len(used) - sum(used))


def _take(item: Any, now: datetime) -> bool:
    out_id, biz_id = (item.get("out_id"), item.get("biz_id")) if isinstance(item, dict) else (None, None)
    if not (isinstance(out_id, str) and out_id.isascii() and out_id.isdigit() and len(out_id) < 10):
        return False
    if not isinstance(biz_id, str) or len(biz_id) > 64 or not isinstance(item.get("success"), bool):
        return False
    ours = (Notice.id == int(out_id)) & (Notice.channel == outbox.SMS) & (Notice.attempts > 0)
    same = (Notice.biz_id == biz_id) | (Notice.biz_id.is_null() & _of_this_sending(item.get("send_time")))
    return _delivered(ours & same, biz_id, now) if item["success"] else _failed(ours & same, biz_id, item)


def _of_this_sending(send_time: object) -> Expression:
    """While Aliyun's name for a sending is not known: a late receipt of an earlier one was sent before it."""
    try:
        sent_at = datetime.strptime(str(send_time), "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
        latest = sent_at + CLOCKS_APART
    except (TypeError, ValueError, OverflowError):
        return Notice.resent_by.is_null()
    return Notice.attempted_at <= latest


def _delivered(ours: Expression, biz_id: str, now: datetime) -> bool:
    told = Notice.update(state="sent", biz_id=biz_id, delivered_at=now, ask_at=None, code=None, problem=None).where(
        ours, Notice.state.in_(("sending", "unknown", "sent", "failed")), Notice.delivered_at.is_null()
    )
    return bool(told.execute()) or Notice.select().where(ours).exists()


def _failed(ours: Expression, biz_id: str, item: dict[str, object]) -> bool:
    code = str(item.get("err_code", ""))[:80]
    told = Notice.update(state="failed", biz_id=biz_id, code=code, problem=meaning(code), ask_at=None).where(
        ours, Notice.state.in_(("sending", "unknown", "sent")), Notice.delivered_at.is_null()
    )
    return bool(told.execute()) or Notice.select().where(ours).exists()
