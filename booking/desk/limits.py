"""Rule 9: how much one lawyer may take. Counted on the lawyer and what is taken, never on a device or an address.

Pure checks: what the lawyer has made comes in, LimitReached goes out, which names the limit and the moment it ends.
Cancelled bookings count on, or booking and cancelling had no end; what the centre took back does not.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple

from booking.desk.known import Made
from booking.policy import Policy
from booking.words import moment_words
from clock import at
from refusals import LimitReached

AT_LEISURE = timedelta(minutes=10)  # what is cancelled so soon is a slip, once a day


class Wish(NamedTuple):
    """What is asked for now. `person` as the form says it, never as the register finds it: the answer would tell who is
    held. `proven`: a mandate for the person is proven; `met`: this lawyer has met whom he called so."""

    centre: str
    slot: str
    person: str
    proven: bool
    met: bool


def check(policy: Policy, wish: Wish, mine: Iterable[Made], lifted_at: datetime | None, now: datetime) -> None:
    """`mine` are this lawyer's bookings of the last weeks, made online; `lifted_at` is since when cancellations count.
    Raises LimitReached."""
    made = [one for one in mine if not one.taken_back]
    ahead = [one for one in made if one.active and one.starts_at > now]
    _ahead("ahead", policy.ahead_limit, ahead, now, "待会见的预约最多{}个；会见之后可再约")
    if not wish.proven:
        unproven = [one for one in ahead if not one.proven]
        said = "尚未核实委托关系的当事人，待会见的预约最多{}个；会见时核对委托书后不受此限"
        _ahead("unproven_ahead", policy.unproven_ahead_limit, unproven, now, said)
        _cancelled(policy, made, lifted_at, now)
        _new_persons(policy, wish, made, now)
    _slot_again(policy, wish, made, now)
    _made_today(policy, made, now)


def spent(policy: Policy, mine: Iterable[Made], lifted_at: datetime | None, now: datetime) -> list[datetime]:
    """When each of the cancellations was that the budget counts, the earliest first."""
    since = now - timedelta(days=policy.cancel_budget_days)
    counted = [
        one
        for one in mine
        if one.cancelled_at is not None and one.cancelled_at > since and not one.proven and not one.taken_back
        if lifted_at is None or one.cancelled_at > lifted_at
    ]
    slips: set[object] = set()
    moments = []
    for one in sorted(counted, key=lambda one: one.cancelled_at or now):
        assert one.cancelled_at is not None
        if one.cancelled_at - one.created_at <= AT_LEISURE and one.cancelled_at.date() not in slips:
            slips.add(one.cancelled_at.date())
        else:
            moments.append(one.cancelled_at)
    return moments


def _ahead(name: str, limit: int, ahead: Sequence[Made], now: datetime, said: str) -> None:
    if len(ahead) >= limit:
        begins = sorted(one.starts_at for one in ahead)
        raise _reached(name, said.format(limit), begins[len(ahead) - limit], now)


def _cancelled(policy: Policy, made: Sequence[Made], lifted_at: datetime | None, now: datetime) -> None:
    moments = spent(policy, made, lifted_at, now)
    if len(moments) >= policy.cancel_budget:
        again = moments[len(moments) - policy.cancel_budget] + timedelta(days=policy.cancel_budget_days)
        raise _reached(
            "cancelled",
            f"{policy.cancel_budget_days}天内已取消{len(moments)}次未核实委托关系的预约，网上暂不能再约这类会见；"
            "可到会见窗口办理，或请看守所核实委托、解除限制",
            again,
            now,
        )


def _new_persons(policy: Policy, wish: Wish, made: Sequence[Made], now: datetime) -> None:
    if wish.met:
        return
    since = now - timedelta(days=policy.new_persons_days)
    last: dict[str, datetime] = {}
    for one in made:
        if one.created_at > since and not one.proven and not one.met:
            last[one.person] = max(one.created_at, last.get(one.person, one.created_at))
    if wish.person not in last and len(last) >= policy.new_persons_limit:
        again = sorted(last.values())[len(last) - policy.new_persons_limit] + timedelta(days=policy.new_persons_days)
        raise _reached(
            "new_persons",
            f"{policy.new_persons_days}天内最多预约会见{policy.new_persons_limit}位从未会见过的当事人；"
            "委托关系核实过的不受此限，急需会见可到会见窗口办理",
            again,
            now,
        )


def _slot_again(policy: Policy, wish: Wish, made: Sequence[Made], now: datetime) -> None:
    here = sorted((one for one in made if one.slot == wish.slot), key=lambda one: one.created_at)
    again = [one for one in here[1:] if one.created_at.date() == now.date()]
    if len(again) >= policy.slot_again_limit:
        said = f"取消后，同一时段一天最多再约{policy.slot_again_limit}次；请选其他时段"
        raise _reached("slot_again", said, _tomorrow(now), now)


def _made_today(policy: Policy, made: Collection[Made], now: datetime) -> None:
    if sum(one.created_at.date() == now.date() for one in made) >= policy.bookings_made_limit:
        said = f"每天最多提交{policy.bookings_made_limit}个预约，取消的也算；急需会见可到会见窗口办理"
        raise _reached("made_today", said, _tomorrow(now), now)


def _tomorrow(now: datetime) -> datetime:
    return at(now.date() + timedelta(days=1), time(0))


def _reached(name: str, said: str, again: datetime, now: datetime) -> LimitReached:
    """With the moment from which there is room again."""
    wait = max(1, int((again - now).total_seconds()) + 1)
    return LimitReached(
        f"{said}。{moment_words(again)}起可再约",
        limit=name,
        again_at=again.isoformat(timespec="seconds"),
        retry_after=wait,
    )
