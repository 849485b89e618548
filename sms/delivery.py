"""Carrying a notice: claim it, commit, send it once, write down the outcome. Safe to be killed anywhere."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from peewee import Case

import clock
from models import Lawyer, Notice, database, on_postgres
from models.sealed import UNREADABLE
from sms import outbox
from sms.aliyun import Aliyun
from sms.answers import write_down
from sms.outcomes import UNREACHABLE, Accepted, Cure, SmsFailed, SmsUnknown, window_opens
from sms.subscription import Subscription, decline

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
_CARRIED = (
    Notice.id, Notice.kind, Notice.channel, Notice.booking, Notice.words, Notice.attempts, Notice.phone_sealed,
    Notice.lawyer, Lawyer.id, Lawyer.openid, Lawyer.phone_sealed,
)  # fmt: skip


class Sms(Protocol):
    def send(self, notice: Notice, phone: str) -> Accepted: ...


Call = Callable[[], object]


class Delivery:
    def __init__(
        self, sms: Aliyun | Sms, subscription: Subscription | None = None, patience: Patience = DEFAULT,
        now: Callable[[], datetime] = clock.now, checkpoint: Callable[[str], None] = lambda _: None,
    ):  # fmt: skip
        self.sms, self.subscription, self.patience = sms, subscription, patience
        self.now, self._checkpoint = now, checkpoint

    def deliver(self, notice_id: int) -> None:
        """Carry this notice if it is its turn. Called twice, or by two workers at once, it is sent once."""
        notice = Notice.get_or_none(Notice.id == notice_id)
        if notice is None:
            return
        if notice.channel == outbox.SMS and outbox.is_stopped(self.now()):
            outbox.take_back([notice])
        elif claim(notice, self.now()):
            self._checkpoint("deliver:claimed")
            self.end([(notice, attempt(self._call(notice)))])

    def begin(self, notice_ids: Collection[int]) -> list[tuple[Notice, Call]]:
        """Claim those that are next. Answers the calls to be made, which ask nothing of SQL and may be any thread's."""
        claimed = claim_all(notice_ids, self.now())
        if claimed:
            self._checkpoint("deliver:claimed")
        return [(notice, self._call(notice)) for notice in claimed]

    def end(self, answers: Sequence[tuple[Notice, object]]) -> None:
        """Write down what came of the calls: of each what it answered, or the exception it raised."""
        for _ in answers:
            self._checkpoint("deliver:sent")
        write_down([(notice, self._outcome(notice, answer)) for notice, answer in answers])

    def _call(self, notice: Notice) -> Call:
        if notice.channel == outbox.SMS:
            return lambda: self.sms.send(_with_words(notice), _phone(notice))
        return self.subscription.begin(notice) if self.subscription and notice.words else decline

    def _outcome(self, notice: Notice, answer: object) -> Mapping[str, object]:
        now = self.now()
        if notice.channel != outbox.SMS:
            return self.subscription.outcome(notice, answer, now) if self.subscription else {"state": "declined"}
        match answer:
            case Accepted(biz_id):
                return {"state": "sent", "biz_id": biz_id, "sent_at": now, "code": None, "problem": None}
            case SmsFailed():
                return self._refused(notice, answer, now)
            case SmsUnknown():
                return self._unknown(notice, answer)
        # Ours, not Aliyun's; but who can say how far it came.
        broken = answer if isinstance(answer, BaseException) else None
        log.error("notice %s broke off", notice.id, exc_info=broken)
        return self._unknown(notice, SmsUnknown(type(answer).__name__))

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


def attempt(call: Call) -> object:
    """What it answers, or the exception it raises."""
    try:
        return call()
    except Exception as no:
        return no


def claim(notice: Notice, now: datetime) -> bool:
    """`due` → `sending`, committed before anything is sent; false where another was first or goes first."""
    for mine in claim_all([notice.id], now):
        notice.__data__.update(mine.__data__)
        return True
    return False


def claim_all(notice_ids: Collection[int], now: datetime) -> list[Notice]:
    """The same of many in one transaction; answers those that are claimed now, each with its lawyer.

    One that somebody else is at is left to him. The number it goes to is kept with it, sealed: the later question must
    name the same one.
    """
    turn = Notice.id.in_(list(notice_ids)) & (Notice.state == "due") & (Notice.due_at <= now) & outbox.unblocked()
    mine = Notice.select(*_CARRIED).join(Lawyer).where(turn).order_by(Notice.id)
    with database.atomic():
        claimed = list(mine.for_update(of=Notice, skip_locked=True) if on_postgres() else mine)
        if claimed:
            _mark(claimed, now)
    outbox.give_back(set(notice_ids) - {notice.id for notice in claimed})
    return claimed


def _mark(notices: Sequence[Notice], now: datetime) -> None:
    for notice in notices:
        if notice.channel == outbox.SMS and notice.kind not in outbox.TO_A_NUMBER:
            notice.phone_sealed = _number(notice)
        notice.attempts, notice.attempted_at = notice.attempts + 1, now
    phones = Case(Notice.id, [(notice.id, notice.phone_sealed) for notice in notices])
    marked = Notice.update(state="sending", attempts=Notice.attempts + 1, attempted_at=now, phone_sealed=phones)
    marked.where(Notice.id.in_([notice.id for notice in notices])).execute()


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


def _with_words(notice: Notice) -> Notice:
    """Of a letter with words that can't be read nothing goes out, and the officers' list shows it as untold."""
    if not notice.words:
        raise SmsFailed("no_words")
    return notice
