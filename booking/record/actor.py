"""Who acts, for which centre, from where: made once by the door somebody comes in by."""

from dataclasses import dataclass
from typing import Self

from models import Officer


@dataclass(frozen=True, slots=True)
class Actor:
    """`account` stands in the records, `centre` is the actor's own (None: of the whole bureau), `address` where from."""

    account: str
    centre: str | None = None
    address: str = ""

    @classmethod
    def of(cls, officer: Officer, address: str) -> Self:
        return cls(officer.account, officer.centre_id, address[:64])


SYSTEM = Actor("system")
