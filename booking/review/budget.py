"""The budget of cancellations of rule 9: how much of it a lawyer has spent, and an officer's word that lifts it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from booking import by_id
from booking.desk import limits, made
from booking.policy import Policy
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from models import Lawyer, database
from models.locks import lock_people
from models.statements import together
from refusals import Invalid, WrongState


class Budget(NamedTuple):
    """How many cancellations count now, how many are allowed, and from when there is room again (None: there is)."""

    spent: int
    allowed: int
    again_at: datetime | None


def of(lawyer: int, centre: str, now: datetime) -> Budget:
    """As the centre's numbers have it."""
    policy = Policy.of(by_id.centre(centre))
    record = made.answered(together(made.asking([lawyer], [], now)))
    moments = limits.spent(policy, record.made, record.lifted.get(lawyer), now)
    over = len(moments) - policy.cancel_budget
    again = moments[over] + timedelta(days=policy.cancel_budget_days) if over >= 0 else None
    return Budget(len(moments), policy.cancel_budget, again)


def lift(actor: Actor, now: datetime, lawyer: int, centre: str, why: str) -> None:
    """From now on only later cancellations count. Raises Invalid without a reason, WrongState where nothing is spent."""
    if not (why := why.strip()[:200]):
        raise Invalid("请填写解除的原因", errors=[{"field": "why", "message": "请填写"}])
    with database.atomic():
        lock_people([lawyer])
        if not of(lawyer, centre, now).spent:
            raise WrongState("该律师没有计入限额的取消，无须解除")
        Lawyer.update(budget_lifted_at=now, updated_at=now).where(Lawyer.id == lawyer).execute()
        note(actor, now, Kind.BUDGET_LIFTED, f"lawyer:{lawyer}", {"why": why}, centre=centre)
