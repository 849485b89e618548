"""What could not be told: listed for the officer, sent again at his word, or told by him on the telephone."""

from collections.abc import Sequence
from datetime import datetime

from peewee import OP, Expression, Value

from booking.paging import Position, behind
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from models import Booking, Lawyer, Notice, database
from models.sealed import UNREADABLE
from sms import outbox
from sms.asking import Asking
from sms.outcomes import meaning

UNTOLD = ("failed", "unknown")
HINDERED = {
    "unreadable": "手机号无法读取（密钥已更换或数据损坏），不能发送",
    "numberless": "没有该律师的手机号，不能发送",
}
MOST_COUNTED = 1000
Visited = Booking.alias("visited")


def untold(limit: int = 100) -> list[Notice]:
    """SMS that failed, or of which nobody knows, newest first; an `ask_at` means still being asked about."""
    where = (Notice.channel == outbox.SMS) & Notice.state.in_(UNTOLD) & Notice.told_at.is_null()
    return list(Notice.select().where(where).order_by(Notice.id.desc()).limit(limit))


def untold_of(
    centre: str | None,
    states: Sequence[str],
    since: datetime,
    after: Position | None = None,
    limit: int = 50,
) -> list[Notice]:
    """The same of one centre (None: of all), each with its lawyer, newest first, written since a moment.

    A centre's are about its bookings, or, like a suspension, about a lawyer who has bookings there. One state at a
    time goes along the index.
    """
    where = _listed(states, since) & _of(centre)
    if after is not None:
        where &= behind(Notice.created_at, Notice.id, after, newest_first=True)
    found = Notice.select(Notice, Lawyer).join(Lawyer).where(where)
    return list(found.order_by(Notice.created_at.desc(), Notice.id.desc()).limit(limit))


def one_of(centre: str | None, notice_id: int) -> Notice | None:
    """An SMS to a lawyer, where it is this centre's (None: anybody's)."""
    mine = (Notice.id == notice_id) & (Notice.channel == outbox.SMS) & _of(centre)
    found = Notice.select(Notice, Lawyer).join(Lawyer).where(mine)
    one: Notice | None = found.first()
    return one


def counts(centre: str | None, since: datetime) -> dict[str, int]:
    """How many of each state are on the list, counted up to MOST_COUNTED."""
    return {state: _count(centre, state, since) for state in UNTOLD}


def _count(centre: str | None, state: str, since: datetime) -> int:
    listed = Notice.select(Notice.id).where(_listed([state], since) & _of(centre))
    return int(listed.limit(MOST_COUNTED).count())


def why(notice: Notice) -> str:
    """In plain words; empty where there is nothing to say."""
    return str(notice.problem or (meaning(notice.code) if notice.code else ""))


def resend(actor: Actor, notice_id: int, asking: Asking) -> str:
    """Send an untold notice again. Answers how it stands now.

    `due`: it goes out again. `sent`: Aliyun has it after all, nothing is sent. `unknown`: Aliyun gives no answer,
    and without one nothing is sent. `unreadable`: the number can't be opened, so nothing can be sent or asked;
    `numberless`: there is none. Any other state, or `missing`: it is not among the untold.
    """
    notice = Notice.get_or_none(Notice.id == notice_id, Notice.channel == outbox.SMS)
    if notice is None:
        return "missing"
    if notice.state in UNTOLD and (hindered := _hindered(notice)):
        return hindered
    if notice.state == "unknown" and not asking.ask(notice):
        return "unknown"
    with database.atomic():
        if _post_again(actor, asking.now(), notice_id):
            words = {"event": notice.event, "was": notice.state}
            note(
                actor,
                asking.now(),
                Kind.NOTICE_RESEND,
                f"notice:{notice_id}",
                words,
                centre=_about(notice_id),
            )
    return str(Notice.get_by_id(notice_id).state)


def told_by_phone(actor: Actor, now: datetime, notice_id: int) -> bool:
    """Off the list: the officer told the lawyer himself. False where it is not, or no longer, on it."""
    on_list = (Notice.id == notice_id) & Notice.state.in_(UNTOLD) & Notice.told_at.is_null()
    with database.atomic():
        if not Notice.update(told_at=now, told_by=actor.account).where(on_list).execute():
            return False
        note(actor, now, Kind.NOTICE_TOLD_BY_PHONE, f"notice:{notice_id}", centre=_about(notice_id))
    return True


def _listed(states: Sequence[str], since: datetime) -> Expression:
    state = Notice.state == states[0] if len(states) == 1 else Notice.state.in_(list(states))
    return state & Notice.told_at.is_null() & (Notice.created_at >= since) & (Notice.channel == outbox.SMS)


def _of(centre: str | None) -> Expression:
    """About a booking of the centre's, or about none and to a lawyer who has bookings there.

    Looked up one by one, as there are few: joined or as an EXISTS, PostgreSQL would gather all the bookings first.
    """
    if centre is None:
        return Notice.id.is_null(False)
    where = Visited.select(Visited.centre).where(Visited.ref == Notice.booking)
    there = Visited.select(Visited.ref).where(Visited.lawyer == Notice.lawyer, Visited.centre == centre)
    alone = Notice.booking.is_null() & Expression(there.limit(1), OP.IS_NOT, None)
    return Expression(where, OP.EQ, Value(centre)) | alone


def _hindered(notice: Notice) -> str:
    """By the lawyer's number for another sending, or of an unknown one by the number that is to be asked about."""
    try:
        if notice.state == "unknown":
            Notice.phone_sealed.of(notice)
        return "" if notice.lawyer.phone else "numberless"
    except UNREADABLE:
        return "unreadable"


def _about(notice_id: int) -> str | None:
    """The centre of the booking it is about, or none."""
    of = Notice.select(Booking.centre).join(Booking, on=(Booking.ref == Notice.booking))
    centre: str | None = of.where(Notice.id == notice_id).scalar()
    return centre


def _post_again(actor: Actor, now: datetime, notice_id: int) -> bool:
    again = Notice.update(
        state="due", due_at=now, queued_at=None, attempts=0, ask_at=None, asked=0,
        biz_id=None, code=None, problem=None, sent_at=None, delivered_at=None, resent_by=actor.account,
    )  # fmt: skip
    on_list = (Notice.id == notice_id) & Notice.state.in_(UNTOLD) & Notice.told_at.is_null()
    return bool(again.where(on_list).execute())
