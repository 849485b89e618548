"""Finding out what became of a notice of which the sending ended in the dark, before anything is sent again."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from peewee import Expression, InterfaceError, OperationalError

import clock
from models import Notice
from sms import outbox
from sms.aliyun import Detail
from sms.delivery import DEFAULT, Patience
from sms.outcomes import SmsFailed, SmsUnknown, meaning

log = logging.getLogger(__name__)

MOST_AT_ONCE = 200
ROUND_SECONDS = 10  # the clock has other duties, too
UNANSWERED_AGAIN = timedelta(minutes=1)
WAITING, FAILED, DELIVERED = 1, 2, 3


class Records(Protocol):
    def ask(self, phone: str, day: date, out_id: str) -> list[Detail]: ...


@dataclass(frozen=True)
class Asking:
    records: Records
    patience: Patience = DEFAULT
    now: Callable[[], datetime] = clock.now

    def find_stuck(self) -> int:
        """What a worker that died left in `sending` is unknown, and asked about at once. Answers how many."""
        now = self.now()
        stuck = Notice.update(
            state="unknown", ask_at=now, asked=0, code="worker_lost", problem="发送过程中断，正在查询"
        ).where(_sending_before(now - timedelta(seconds=self.patience.stuck)), Notice.channel == outbox.SMS)
        dropped = Notice.update(state="failed", code="worker_lost").where(
            _sending_before(now - timedelta(seconds=self.patience.stuck)), Notice.channel == outbox.WECHAT
        )
        return int(stuck.execute() + dropped.execute())

    def ask_due(self) -> int:
        """Put the questions that are due; stops when Aliyun does not answer. Answers how many it answered."""
        waiting = Notice.select().where(Notice.state == "unknown", Notice.ask_at <= self.now())
        due = list(waiting.order_by(Notice.ask_at).limit(MOST_AT_ONCE))
        until = time.monotonic() + ROUND_SECONDS
        for count, notice in enumerate(due):
            if time.monotonic() > until or not self._ask_or_log(notice):
                return count
        return len(due)

    def _ask_or_log(self, notice: Notice) -> bool:
        """One notice we can't ask about, as when its key is gone, keeps no other from its answer."""
        try:
            return self.ask(notice)
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # put off and logged, or the same one would stop every round
            log.exception("notice %s could not be asked about", notice.id)
            self._write(notice, ask_at=self.now() + UNANSWERED_AGAIN)
            return True

    def ask(self, notice: Notice) -> bool:
        """Ask about one unknown notice and write down the answer; false when there was none."""
        try:
            found = self._find(notice)
        except (SmsFailed, SmsUnknown) as mute:
            log.warning("no answer about notice %s: %s", notice.id, mute.code)
            self._write(notice, ask_at=self.now() + UNANSWERED_AGAIN)
            return False
        self._write(notice, **(self._told(found) if found else self._not_found(notice)))
        return True

    def _find(self, notice: Notice) -> Detail | None:
        phone = Notice.phone_sealed.of(notice)
        # A message sent at the last second of a day may be kept under the next.
        attempted_at: datetime = notice.attempted_at
        soon_after = min(attempted_at + timedelta(minutes=1), self.now())
        days = {attempted_at.date(), soon_after.date()}
        details = [detail for day in sorted(days) for detail in self.records.ask(phone, day, str(notice.id))]
        if notice.resent_by:
            since = f"{notice.attempted_at - timedelta(seconds=30):%Y-%m-%d %H:%M:%S}"
            details = [detail for detail in details if detail.sent_at >= since]
        return max(details, key=lambda detail: detail.sent_at, default=None)

    def _told(self, detail: Detail) -> dict[str, object]:
        if detail.status == FAILED:
            return {"state": "failed", "ask_at": None, "code": detail.code, "problem": meaning(detail.code)}
        delivered_at = self.now() if detail.status == DELIVERED else None
        sent = {"state": "sent", "ask_at": None, "code": None, "problem": None}
        return sent | {"sent_at": self.now(), "delivered_at": delivered_at}

    def _not_found(self, notice: Notice) -> dict[str, object]:
        asked = notice.asked + 1
        if asked < len(self.patience.ask):
            next_at = notice.attempted_at + timedelta(seconds=self.patience.ask[asked])
            return {"asked": asked, "ask_at": next_at}
        if (notice.code or "").startswith("5xx") and notice.attempts <= len(self.patience.back_off):
            # Refused in so many words, and ten minutes later not in the books: it was not sent.
            return {"state": "due", "asked": asked, "ask_at": None, "due_at": self.now(), "queued_at": None}
        return {"asked": asked, "ask_at": None, "problem": "短信平台查无记录，不能确定是否已发送"}

    def _write(self, notice: Notice, **change: object) -> None:
        """Unless a receipt, an officer or another clock was quicker."""
        same = (Notice.id == notice.id) & (Notice.state == "unknown") & (Notice.asked == notice.asked)
        Notice.update(**change).where(same, Notice.attempted_at == notice.attempted_at).execute()


def _sending_before(moment: datetime) -> Expression:
    return (Notice.state == "sending") & (Notice.attempted_at < moment)
