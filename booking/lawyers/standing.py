"""A lawyer's standing: strikes, the suspension they lead to, appeals and waivers. Rules 12 and 13."""

from datetime import datetime, timedelta
from typing import NamedTuple

from booking.policy import Policy
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from booking.words import moment_words
from models import Booking, Centre, Lawyer, Strike, Suspension, database
from models.locks import lock_people
from refusals import Invalid, NotFound, WrongState
from sms import outbox


class Standing(NamedTuple):
    """Standing strikes, how many more until a suspension at the strictest centre, and until when suspended."""

    strikes: list[Strike]
    left: int
    suspended_until: datetime | None


def of(lawyer: Lawyer, now: datetime) -> Standing:
    strikes = list(lawyer.strikes.where(Strike.state != "waived").order_by(Strike.id))
    strictest = min((Policy.of(c).strikes_to_suspend for c in Centre.select()), default=Policy().strikes_to_suspend)
    standing = sum(strike.state == "standing" for strike in strikes)
    until = lawyer.suspended_until if lawyer.is_suspended(now) else None
    return Standing(strikes, max(0, strictest - standing), until)


def cost_of_late(booking: Booking, policy: Policy) -> str:
    """What a late cancellation costs, said before it is done."""
    count = next_count(booking.lawyer_id)
    limit = policy.strikes_to_suspend
    words = f"距会见开始已不足{policy.cancel_free_hours}小时，现在取消将计爽约一次（第{count}次）"
    if count >= limit:
        return f"{words}，并暂停网上预约{policy.suspension_days}天；确认取消请同意计爽约"
    return f"{words}，累计{limit}次将暂停网上预约{policy.suspension_days}天；确认取消请同意计爽约"


def next_count(lawyer_id: int) -> int:
    """How many strikes one more makes, towards the next suspension."""
    return int(_standing_strikes(lawyer_id).count()) + 1


def strike(booking: Booking, kind: str, policy: Policy, now: datetime) -> int:
    """One strike for this booking; the last one allowed suspends. Answers how many the lawyer has had to this one.

    The caller holds the lawyer's lock. A booking gives one strike at most, by its unique index.
    """
    lawyer = booking.lawyer_id
    Strike.create(booking=booking.ref, lawyer=lawyer, kind=kind, state="standing", at=now)
    count = int(_standing_strikes(lawyer).count())
    if count >= policy.strikes_to_suspend:
        _suspend(lawyer, policy, now)
    return count


def appeal(lawyer_id: int, strike_id: int, reason: str, now: datetime) -> Strike:
    """The lawyer asks an officer to look again. Raises NotFound, WrongState when waived or appealed already."""
    mine = (Strike.id == strike_id) & (Strike.lawyer == lawyer_id)
    found = Strike.get_or_none(mine)
    if found is None:
        raise NotFound("没有这条爽约记录")
    fresh = mine & (Strike.state != "waived") & Strike.appealed_at.is_null()
    if not Strike.update(appeal=reason, appealed_at=now).where(fresh).execute():
        raise WrongState("该爽约记录已申诉或已撤销")
    return Strike.get_by_id(strike_id)


def appeals(centre: str, now: datetime, many: int = 50) -> list[Strike]:
    """Strikes of a centre's bookings that are appealed against and not waived, of the last ninety days, oldest first."""
    waits = (Strike.appealed_at > now - timedelta(days=90)) & (Strike.state != "waived")
    found = Strike.select(Strike, Booking, Lawyer).join(Booking).switch(Strike).join(Lawyer)
    return list(found.where(waits, Booking.centre == centre).order_by(Strike.appealed_at).limit(many))


def waive(actor: Actor, now: datetime, strike_id: int, why: str) -> Strike:
    """An officer takes a strike back. A suspension it led to ends, and the other strikes of it stand again.

    A suspension that is over has used them up for good.
    """
    found = Strike.get_or_none(Strike.id == strike_id)
    if found is None:
        raise NotFound("没有这条爽约记录")
    with database.atomic():
        lock_people([found.lawyer_id])
        found = Strike.get_by_id(strike_id)
        if found.state == "waived":
            raise WrongState("该爽约记录已撤销")
        Strike.update(state="waived", waived_by=actor.account, waived_why=why[:200]).where(
            Strike.id == strike_id
        ).execute()
        if found.suspension is not None:
            _lift(found.suspension, why, now)
        words, centre = {"why": why}, found.booking.centre_id
        note(actor, now, Kind.STRIKE_WAIVE, str(strike_id), words, centre=centre)
    return Strike.get_by_id(strike_id)


def lift(actor: Actor, now: datetime, lawyer_id: int, why: str) -> Lawyer:
    """An officer ends a lawyer's suspension before its time; the strikes that led to it stay used up.

    Raises NotFound, Invalid without a reason, WrongState where nothing is suspended.
    """
    if not why.strip():
        raise Invalid("请填写解除的原因")
    with database.atomic():
        lock_people([lawyer_id])
        lawyer = Lawyer.get_or_none(Lawyer.id == lawyer_id)
        if lawyer is None:
            raise NotFound("没有这位律师")
        if not lawyer.is_suspended(now):
            raise WrongState("该律师的网上预约没有暂停")
        running = (Suspension.lawyer == lawyer_id) & Suspension.lifted_at.is_null() & (Suspension.until > now)
        ended = Suspension.update(lifted_at=now, lifted_why=why[:200]).where(running).returning(Suspension)
        letters = [_over(suspension, now) for suspension in ended.execute()]
        Lawyer.update(suspended_until=None, updated_at=now).where(Lawyer.id == lawyer_id).execute()
        outbox.post_all(letters[-1:], now)
        note(actor, now, Kind.SUSPENSION_LIFT, f"lawyer-{lawyer_id}", {"why": why})
    return Lawyer.get_by_id(lawyer_id)


def end_suspensions(now: datetime) -> int:
    """Tell those with a suspension that has run out, who stand under no other; answers how many suspensions ended.

    Safe to run twice: an event is told once.
    """
    over = (Suspension.until <= now) & Suspension.told_over_at.is_null() & Suspension.lifted_at.is_null()
    ended = list(Suspension.select(Suspension, Lawyer).join(Lawyer).where(over).limit(500))
    free = {s.lawyer_id: s for s in ended if not s.lawyer.is_suspended(now)}  # one letter each
    with database.atomic():
        Suspension.update(told_over_at=now).where(Suspension.id.in_([s.id for s in ended])).execute()
        outbox.post_all([_over(s, s.until) for s in free.values()], now)
    return len(ended)


def _standing_strikes(lawyer: int):  # type: ignore[no-untyped-def]
    return Strike.select().where(Strike.lawyer == lawyer, Strike.state == "standing")


def _suspend(lawyer_id: int, policy: Policy, now: datetime) -> None:
    """The strikes that led to it are used up. An earlier, longer suspension is not cut short."""
    until = now + timedelta(days=policy.suspension_days)
    lawyer = Lawyer.get_by_id(lawyer_id)
    until = max(until, lawyer.suspended_until or until)
    suspension = Suspension.create(lawyer=lawyer_id, since=now, until=until)
    Strike.update(state="used", suspension=suspension).where(
        Strike.lawyer == lawyer_id, Strike.state == "standing"
    ).execute()
    Lawyer.update(suspended_until=until, updated_at=now).where(Lawyer.id == lawyer_id).execute()
    event = f"lawyer-{lawyer_id}:suspended:{suspension.id}"
    outbox.post("suspended", event, lawyer_id, None, {"until": f"{until.year}年{moment_words(until)}"}, now)


def _lift(suspension: Suspension, why: str, now: datetime) -> None:
    running = (Suspension.id == suspension.id) & (Suspension.until > now)
    lifted = Suspension.update(lifted_at=now, lifted_why=why[:200])
    if not lifted.where(running, Suspension.lifted_at.is_null()).execute():
        return
    lawyer_id = suspension.lawyer_id
    used = (Strike.suspension == suspension.id) & (Strike.state == "used")
    Strike.update(state="standing", suspension=None).where(used).execute()
    others = Suspension.select().where(
        Suspension.lawyer == lawyer_id, Suspension.lifted_at.is_null(), Suspension.until > now
    )
    until = max((other.until for other in others), default=None)
    Lawyer.update(suspended_until=until, updated_at=now).where(Lawyer.id == lawyer_id).execute()
    if until is None:
        outbox.post_all([_over(suspension, now)], now)


def _over(suspension: Suspension, since: datetime) -> outbox.Letter:
    event = f"lawyer-{suspension.lawyer_id}:suspension_over:{suspension.id}"
    words = {"since": moment_words(since)}
    return outbox.Letter("suspension_over", event, suspension.lawyer_id, None, words)
