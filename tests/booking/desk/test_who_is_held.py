"""Rules 7 and 9: the limits count by what a lawyer says, so that none of them tells whom the register holds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time

import pytest

from booking.desk import Desk, decision, limits
from booking.desk.application import Application, Held, Person
from booking.desk.facts import Facts
from booking.documents import custody_key, document_key
from models import Booking, Centre, Detainee
from models.detainees import name_key
from models.states import State
from refusals import LimitReached
from tests.booking.conftest import FRIDAY, add_slot, applying
from tests.booking.desk.conftest import Lawyers

HELD, NOBODY = "陶某演", "查某演"
NUMBER, CUSTODY = "11010519491231002X", "沪浦看2026001"
Turn = tuple[str, dict[str, str]]
# What is said of one person in turn: the centre, and what goes with the name.
TURNS: list[list[Turn]] = [
    [("pudong", {}), ("qingpu", {})],
    [("pudong", {"id_no": NUMBER}), ("pudong", {}), ("pudong", {"custody_no": CUSTODY})],
    [("pudong", {"custody_no": CUSTODY}), ("qingpu", {"id_no": NUMBER}), ("pudong", {"id_no": NUMBER})],
    [("qingpu", {}), ("pudong", {"id_no": NUMBER}), ("pudong", {})],
]


@pytest.fixture
def slots(desk: Desk) -> dict[str, list[str]]:
    """Two centres; Pudong holds somebody, and its register has his name and numbers."""
    key = document_key(NUMBER)
    numbers = {"daily_limit": 20, "ahead_limit": 20, "unproven_ahead_limit": 20, "new_persons_limit": 1}
    Centre.create(code="qingpu", name="青浦区看守所", address="上海市青浦区", policy={}, created_at=desk.now())
    Centre.update(policy=numbers).execute()
    Detainee.create(
        centre="pudong", key=key, name_index=name_key(HELD), name_sealed=Detainee.name_sealed.seal(HELD, key=key),
        ward="三监区", custody_index=custody_key("pudong", CUSTODY), updated_at=desk.now(),
    )  # fmt: skip
    hours = [time(hour) for hour in range(9, 17)]
    return {code: [str(add_slot(code, FRIDAY, hour, minutes=60).id) for hour in hours] for code in ("pudong", "qingpu")}


def _asking(lawyer: int, slot: str, name: str, number: dict[str, str]) -> Application:
    return replace(applying(lawyer, slot, detainee=name), detainee={"name": name, **number})


def answers(desk: Desk, slots: dict[str, list[str]], lawyer: int, name: str, turns: list[Turn]) -> list[str]:
    """To each turn: booked, or the limit that is reached."""
    told = []
    for n, (centre, number) in enumerate(turns):
        try:
            desk.book(_asking(lawyer, slots[centre][n], name, number))
            told.append("booked")
        except LimitReached as no:
            told.append(no.extra["limit"])
    return told


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("met", [False, True])
def test_no_limit_tells_who_is_held(
    desk: Desk, slots: dict[str, list[str]], lawyers: Lawyers, turns: list[Turn], met: bool
) -> None:
    one, other = lawyers(2)
    for lawyer, name in ((one, HELD), (other, NOBODY)) if met else ():
        centre, number = turns[0]
        done = desk.book(_asking(lawyer, slots[centre][7], name, number)).ref
        Booking.update(state=State.DONE).where(Booking.ref == done).execute()
    told = answers(desk, slots, one, HELD, turns)
    assert told == answers(desk, slots, other, NOBODY, turns)
    assert told[0] == "booked"


def test_by_the_register_they_would_tell(
    desk: Desk, slots: dict[str, list[str]], lawyers: Lawyers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: counted by whom the register finds, the second turn is another person, or the same."""

    def found(held: Held, person: Person, facts: Facts) -> limits.Wish:
        object.__setattr__(person, "said", person.key)
        return wish(held, person, facts)

    wish: Callable[..., limits.Wish] = decision._wish
    monkeypatch.setattr(decision, "_wish", found)
    one, other = lawyers(2)
    assert answers(desk, slots, one, HELD, TURNS[0]) == ["booked", "new_persons"]
    assert answers(desk, slots, other, NOBODY, TURNS[0]) == ["booked", "booked"]
