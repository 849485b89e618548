"""Carrying a notice: claim it, commit, send it once, write down the outcome. Safe to be killed anywhere."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import clock
from models import Notice
from models.sealed import UNREADABLE
from sms import outbox
from sms.aliyun import Aliyun
from sms.outcomes import UNREACHABLE, Accepted, Cure, SmsFailed, SmsUnknown, window_opens
from sms.subscription import Subscription

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited for what, in seconds."""

    back_off: tuple[float, ...] = (
        10,
        30,
        120,
        600,
        1800,
    )  # after a refusal that may pass; then it has failed
    stop: float = 300  # after a refusal that would meet every notice alike
    unreachable: float = 30
    stuck: float = 60  # a notice this long in `sending` lost its worker: a job lives 30 seconds at most
    ask: tuple[float, ...] = (30, 120, 600)  # when an unknown outcome is asked about, from the sending on


DEFAULT = Patience()


class Sms(Protocol):
    def send(self, notice: Notice, phone: str) -> Accepted: ...


class Delivery:
    def __init__(
        self, sms: Aliyun | Sms, subscription: Subscription | None = None, patience: Patience = DEFAULT,
        now: Callable[[], datetime] = clock.now, checkpoint: Callable[[str], None] = lambda _: None,
    ):  # fmt: skip
        self.sms, self.subscription, self.patience = sms, subscription, patience
        self._now, self._checkpoint = now, checkpoint

    def deliver(self, notice_id: int) -> None:
        """Carry this notice if it is its turn. Called twice, or by two workers at once, it is sent once."""
        notice = Notice.get_or_none(Notice.id == notice_id)
        if notice is None:
            return
        now = self._now()
        if notice.channel == outbox.SMS and outbox.is_stopped(now):
            outbox.take_back([notice])
        elif claim(notice, now):
            self._checkpoint("deliver:claimed")
            self._carry(notice)

    def _carry(self, notice: Notice) -> None:
        outcome = self._send_sms(notice) if notice.channel == outbox.SMS else self._send_wechat(notice)
        self._checkpoint("deliver:sent")
        write_down(notice, outcome)

    def _send_wechat(self, notice: Notice) -> Mapping[str, object]:
        if self.subscription is None or not notice.words:
            return {"state": "declined"}
        return self.subscription.send(notice, self._now())

    def _send_sms(self, notice: Notice) -> Mapping[str, object]:
        try:
            _has_words(notice)
            phone = _phone(notice)
            accepted = self.sms.send(notice, phone)
        except SmsFailed as no:
            return self._refused(notice, no, self._now())
        except SmsUnknown as lost:
            return self._unknown(notice, lost)
        except Exception as broken:
            # Ours, not Aliyun's; but who can say how far it came.
            log.exception("notice %s broke off", notice.id)
            return self._unknown(notice, SmsUnknown(type(broken).__name__))
        sent = {"state": "sent", "biz_id": accepted.biz_id, "sent_at": self._now()}
        return sent | {"code": None, "problem": None}

    def _unknown(self, notice: Notice, lost: SmsUnknown) -> Mapping[str, object]:
        ask_at = notice.attempted_at + timedelta(seconds=self.patience.ask[0])
        problem = "短信平台出错，正在查询" if lost.refused else "未收到短信平台的答复，正在查询"
        code = f"5xx {lost.code}" if lost.refused else lost.code
        return {"state": "unknown", "ask_at": ask_at, "asked": 0, "code": code[:80], "problem": problem}

    def _refused(self, notice: Notice, no: SmsFailed, now: datetime) -> Mapping[str, object]:
        said: dict[str, object] = {"code": no.code, "problem": no.problem[:300]}
        due_at = self._again_at(notice, no, now)
        if no.cure is Cure.STOP:
            log.error("SMS stopped: %s (%s); trying again at %s", no.code, no.problem, due_at)
            said["attempts"] = notice.attempts - 1  # says nothing about this notice
        elif due_at is None:
            log.warning("notice %s failed: %s", notice.id, no.code)
            return said | {"state": "failed"}
        return said | {"state": "due", "due_at": due_at, "queued_at": None}

    def _again_at(self, notice: Notice, no: SmsFailed, now: datetime) -> datetime | None:
        """When to try again after a refusal; None for never."""
        if no.cure is Cure.STOP:
            seconds = self.patience.unreachable if no.code == UNREACHABLE else self.patience.stop
            return now + timedelta(seconds=seconds)
        if no.permanent or notice.attempts > len(self.patience.back_off):
            return None
        if no.cure is Cure.WINDOW:
            return window_opens(no.problem, now)
        return now + timedelta(seconds=self.patience.back_off[notice.attempts - 1])


def claim(notice: Notice, now: datetime) -> bool:
    """`due` → `sending`, committed before anything is sent; false where another was first or goes first.

    The number it goes to is kept with it, sealed: the later question must name the same one.
    """
    mine = (Notice.id == notice.id) & (Notice.state == "due") & (Notice.due_at <= now) & outbox.unblocked()
    own = notice.channel == outbox.SMS and notice.kind not in outbox.TO_A_NUMBER
    phone_sealed = _number(notice) if own else notice.phone_sealed
    columns = {"attempts": notice.attempts + 1, "attempted_at": now, "phone_sealed": phone_sealed}
    if Notice.update(state="sending", **columns).where(mine).execute():
        notice.__data__.update(columns)
        return True
    outbox.take_back([notice])
    return False


def write_down(notice: Notice, outcome: Mapping[str, object]) -> None:
    """The outcome of this attempt, unless a receipt or a later attempt was quicker."""
    mine = (Notice.id == notice.id) & (Notice.attempted_at == notice.attempted_at)
    Notice.update(**outcome).where(mine, Notice.state.in_(("sending", "unknown"))).execute()


def _number(notice: Notice) -> str | None:
    try:
        return Notice.phone_sealed.seal(notice.lawyer.phone, id=notice.id)
    except UNREADABLE:
        return None


def _phone(notice: Notice) -> str:
    phone = Notice.phone_sealed.of(notice)
    if not phone:
        raise SmsFailed("no_phone")
    return phone


def _has_words(notice: Notice) -> None:
    """Of a letter with words that can't be read nothing goes out, and the officers' list shows it as untold."""
    if not notice.words:
        raise SmsFailed("no_words")
