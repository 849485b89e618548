"""The letterbox: notices are dropped in the transaction that causes them, and taken by the relay."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from peewee import OP, Expression, ModelSelect, Value, fn

import wake
from models import Consent, Lawyer, Notice, database, on_postgres, rows_of
from models.fields import moment_text
from models.statements import Statement, entering, on_the_row, together
from sms import templates
from sms.outcomes import Cure, cure

SMS, WECHAT = "sms", "wechat"
TO_A_NUMBER = frozenset({"phone_changed", "wechat_changed"})  # to the one that was his when it happened
A_LAWYERS = 5  # letters to one lawyer that are on the way at a time

_COLUMNS = {
    "event": "text", "kind": "text", "channel": "text", "lawyer_id": "int", "booking": "text", "words": "text",
    "state": "text", "due_at": "timestamptz", "attempts": "int", "asked": "int", "created_at": "timestamptz",
}  # fmt: skip
_ONCE = "ON CONFLICT (event, channel) DO NOTHING"


@dataclass(frozen=True, slots=True)
class Letter:
    """What is told to whom. `event` names what happened once and for all, as in `7K3MPQ2X:confirmed`."""

    kind: str
    event: str
    lawyer_id: int
    booking: str | None
    words: Mapping[str, str]
    due_at: datetime | None = None


def post(
    kind: str, event: str, lawyer_id: int, booking: str | None, words: Mapping[str, str], now: datetime,
    due_at: datetime | None = None,
) -> None:  # fmt: skip
    """Drop one letter, by SMS, in the caller's transaction. The same event again is the same letter."""
    post_all([Letter(kind, event, lawyer_id, booking, words, due_at)], now)


def post_to(phone: str, letter: Letter, now: datetime) -> None:
    """One letter to this number, whatever the lawyer's own is; of a kind in TO_A_NUMBER."""
    post_all([letter], now)
    written = Notice.get(Notice.event == letter.event, Notice.channel == SMS)
    Notice.update(phone_sealed=Notice.phone_sealed.seal(phone, id=written.id)).where(Notice.id == written.id).execute()


def post_all(letters: Sequence[Letter], now: datetime, channel: str = SMS) -> None:
    """Drop many letters in one statement, in the caller's transaction.

    Raises ValueError where the words do not fit the kind, before anything is written.
    """
    if letters:
        together([posting(letters, now, channel)])
        database.after_commit(wake.relay)


def posting(letters: Sequence[Letter], now: datetime, channel: str = SMS) -> Statement:
    """The same as a statement, for the desk: its gate wakes the relay with each seat it settles. Raises ValueError."""
    return entering("notice", _COLUMNS, [_row(letter, channel, now) for letter in letters], _ONCE)


def drop(bookings: Collection[str], kinds: Collection[str]) -> None:
    """Letters of these kinds about these bookings that have not gone yet: what they say is true no longer. In the
    caller's transaction; one that a worker has begun to carry goes."""
    if bookings and kinds:
        waits = (Notice.state == "due") & Notice.kind.in_(list(kinds))
        Notice.update(state="dropped").where(waits, Notice.booking.in_(list(bookings))).execute()


def _row(letter: Letter, channel: str, now: datetime) -> tuple[object, ...]:
    templates.check(letter.kind, letter.words)
    words = orjson.dumps(letter.words).decode()
    due_at, written_at = moment_text(letter.due_at or now), moment_text(now)
    to = (letter.event, letter.kind, channel, letter.lawyer_id, letter.booking)
    return (*to, words, "due", due_at, 0, 0, written_at)


Earlier = Notice.alias("earlier")


def unblocked(of: Any = Notice) -> Expression:
    """True of a notice when no earlier one about the same booking, on the same channel, still waits to go."""
    same = (Earlier.booking == of.booking) & (Earlier.channel == of.channel)
    waits = (Earlier.id < of.id) & on_the_row(Earlier.state).in_(("due", "sending"))
    # Counted, since what only must not exist may be looked for by reading all that there is.
    return Expression(Earlier.select(fn.COUNT(Earlier.id)).where(same, waits), OP.EQ, 0)


def is_stopped(now: datetime) -> bool:
    """An SMS refused for what would meet every one alike holds the others back until its next attempt."""
    held = Notice.select(Notice.code).where(Notice.state == "due", Notice.channel == SMS, Notice.due_at > now)
    codes = rows_of(held.where(Notice.code.is_null(False)).distinct())
    return any(cure(code) is Cure.STOP for (code,) in codes)


def take(now: datetime, limit: int, lost_after: timedelta, queued: Iterable[int] = ()) -> list[Notice]:
    """Up to `limit` notices to carry now, oldest first, marked as given to the queue; of one lawyer A_LAWYERS at a time,
    so that nobody's stand before everybody's.

    One given to the queue more than `lost_after` ago, and not among the `queued`, was lost on the way. The marking
    is conditional, so two relays never take the same one.
    """
    found = _waiting_to_go(now)
    ready = _ready(found.c, now, lost_after) & unblocked(found.c) & found.c.id.not_in(list(queued))
    if is_stopped(now):
        ready &= found.c.channel != SMS
    first = found.select_from(found.c.id).where(ready, found.c.place <= A_LAWYERS).order_by(found.c.id).limit(limit)
    ids = [number for (number,) in rows_of(first)]
    if not ids:
        return []
    again = _ready(Notice, now, lost_after)
    with database.atomic():
        taken = Notice.update(queued_at=now).where(Notice.id.in_(_at_hand(ids)), again).returning(Notice).execute()
        return sorted(taken, key=lambda notice: notice.id)


def _waiting_to_go(now: datetime) -> "ModelSelect[Notice]":
    """Those on the way or due, numbered for each lawyer. Not the whole table in the order of its ids, of which most went
    long ago: so a plan would have it that is asked for the first few."""
    place = fn.ROW_NUMBER().over(partition_by=[Notice.lawyer, Notice.channel], order_by=[Notice.id])
    waits = Notice.state.in_(("due", "sending")) & (Notice.due_at <= now)
    looked_at = (Notice.id, Notice.state, Notice.due_at, Notice.queued_at, Notice.booking, Notice.channel)
    return Notice.select(*looked_at, place.alias("place")).where(waits).alias("waiting")


def _ready(of: Any, now: datetime, lost_after: timedelta) -> Expression:
    late, lost = (Value(at, converter=moment_text) for at in (now, now - lost_after))
    ready: Expression = (of.state == "due") & (of.due_at <= late) & (of.queued_at.is_null() | (of.queued_at < lost))
    return ready


def take_back(notices: Sequence[Notice]) -> None:
    """The queue did not take them: the next round will try again."""
    give_back([notice.id for notice in notices])


def give_back(notice_ids: Collection[int]) -> None:
    """The same of what a worker did not come to carry."""
    if notice_ids:
        with database.atomic():
            at_hand = _at_hand(notice_ids)
            Notice.update(queued_at=None).where(Notice.id.in_(at_hand), Notice.state == "due").execute()


def _at_hand(notice_ids: Collection[int]) -> list[int]:
    """Of these, those nobody else is at, locked. Who locks many rows and waits for none is in nobody's deadlock."""
    found = Notice.select(Notice.id).where(Notice.id.in_(list(notice_ids))).order_by(Notice.id)
    found = found.for_update(skip_locked=True) if on_postgres() else found
    return [notice_id for (notice_id,) in rows_of(found)]


def post_beside(notices: Sequence[Notice], template_ids: Mapping[str, str], now: datetime) -> None:
    """Beside each SMS, a subscription message where the lawyer still allows one of that kind."""
    wanted = [n for n in notices if n.channel == SMS and n.kind in template_ids and n.words and not n.attempts]
    if not wanted:
        return
    allowed = (
        Lawyer.select(Lawyer.id, Consent.template_id)
        .join(Consent, on=(Consent.openid == Lawyer.openid))
        .where(Lawyer.id.in_({n.lawyer_id for n in wanted}), Consent.left > 0)
    )
    pairs = set(rows_of(allowed))
    post_all(
        [
            Letter(n.kind, n.event, n.lawyer_id, n.booking, n.words)
            for n in wanted
            if (n.lawyer_id, template_ids[n.kind]) in pairs
        ],
        now,
        channel=WECHAT,
    )


def oldest_due_age(now: datetime) -> float:
    """Seconds since the longest-waiting SMS was written, held-up ones included; 0 when nothing waits."""
    waits = (Notice.due_at <= now) | (Notice.attempts > 0)
    due = Notice.select(fn.MIN(Notice.created_at)).where(Notice.state == "due", Notice.channel == SMS)
    since = Notice.created_at.python_value(due.where(waits).scalar())
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def counts_by_state() -> dict[str, int]:
    """How many notices are in each state, all channels."""
    rows = rows_of(Notice.select(Notice.state, fn.COUNT(Notice.id)).group_by(Notice.state))
    return dict(rows)
