"""Forms filled in at the window."""

from collections.abc import Callable
from datetime import time
from typing import Any

from booking.window.entry import Entry
from booking.window.walk_ins import WalkIn
from clock import at
from models import Detainee
from models.detainees import id_key, name_key
from tests.booking.conftest import SLOT, TODAY

Lawyers = Callable[[int], list[int]]


def licence(number: int) -> str:
    return f"1310120151{number:07d}"


def entering(number: int = 0, slot: str = SLOT, **more: Any) -> Entry:
    """Lawyer `number` of the roll, for a detainee of his own."""
    fields = {
        "token": f"form-{number}-{slot}",
        "walk_in": WalkIn(licence(number)),
        "minutes": 60,
        "detainee": {"name": f"当事人{number}"},
        "mandate": "entrusted",
        "stage": "trial",
    }
    return Entry(slot_id=slot, **(fields | more))


def held(person: str, id_no: str, **more: Any) -> None:
    """Somebody in the register of Pudong."""
    key = id_key(id_no)
    sealed = Detainee.name_sealed.seal(person, key=key)
    row = {"centre": "pudong", "key": key, "name_index": name_key(person), "name_sealed": sealed}
    Detainee.create(**row, ward="一监区", updated_at=at(TODAY, time(9)), **more)
