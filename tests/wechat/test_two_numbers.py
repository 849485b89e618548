"""Rules 7 and 9: a form may give two numbers. Whether its mandate counts as proven follows from the form and the mandate
alone, so that no answer tells whether a number besides one's own client's is held here."""

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest

from booking.desk import Desk, decision, limits
from booking.desk.application import Held, Person
from booking.desk.facts import Facts
from booking.documents import custody_key, document_key
from booking.lawyers import mandates
from booking.record.actor import Actor
from booking.review import decisions
from booking.roll.register import import_register
from booking.roll.sheets import Row
from models import Booking, Centre, Detainee, Lawyer
from models.detainees import name_key
from tests.booking.conftest import FRIDAY, SLOT, Clock, add_slot
from tests.wechat.conftest import LIN, SHEN, Phone, on_the_roll

CHEN = Actor("chen", "pudong")
OWN = {"name": "周某演", "id_no": "11010519491231002X", "custody_no": "沪浦看2026007"}
GUESS, GUESSED_CUSTODY = "310101199001010012", "沪浦看2026001"
# Numbers beside one's own client's, and his name alone: of none of these is he proven, whoever is held.
MIXED = [
    OWN | {"id_no": GUESS},
    OWN | {"custody_no": GUESSED_CUSTODY},
    {"name": OWN["name"]},
]


def held(desk: Desk, name: str, id_no: str, custody_no: str = "") -> None:
    key = document_key(id_no)
    Detainee.create(
        centre="pudong", key=key, name_index=name_key(name), name_sealed=Detainee.name_sealed.seal(name, key=key),
        ward="三监区", updated_at=desk.now(), custody_index=custody_key("pudong", custody_no) if custody_no else None,
    )  # fmt: skip


def proven(desk: Desk, person: str = "") -> None:
    me = Lawyer.get(Lawyer.openid == LIN.openid).id
    pair = mandates.Pair(me, "pudong", person or document_key(OWN["id_no"]))
    mandates.prove(CHEN, desk.now(), pair, OWN["name"], "investigation")


@pytest.fixture
def hours(world: None) -> list[str]:
    Centre.update(policy={"daily_limit": 20, "unproven_ahead_limit": 1, "cancel_budget": 1}).execute()
    return [SLOT] + [str(add_slot("pudong", FRIDAY, time(hour), minutes=60).id) for hour in range(10, 16)]


@pytest.fixture(params=["listed", "by a document the register lacks"])
def client(request: pytest.FixtureRequest, desk: Desk, lin: Phone, hours: list[str]) -> None:
    """The own client: an officer has proven the mandate."""
    if request.param == "listed":
        held(desk, OWN["name"], OWN["id_no"], OWN["custody_no"])
    else:
        held(desk, "别某演", "440524188001010014", "沪浦看2026099")
    proven(desk)


@pytest.fixture(params=["held", "not held"])
def guessed(request: pytest.FixtureRequest, desk: Desk, client: None) -> None:
    """Whom the other number is of; of the client's own name, so that a bare name has two, too."""
    if request.param == "held":
        held(desk, OWN["name"], GUESS, GUESSED_CUSTODY)


def asks(phone: Phone, slot: str, key: str, **detainee: str) -> tuple[int, str | None, str | None]:
    told: Any = phone.book(key, slot_id=slot, detainee=detainee)
    return told.status_code, told.json.get("limit") or told.json.get("code"), told.json.get("state")


@pytest.mark.parametrize("form", MIXED)
@pytest.mark.usefixtures("guessed")
def test_the_limits_are_those_of_no_mandate(lin: Phone, hours: list[str], form: dict[str, str]) -> None:
    assert asks(lin, hours[0], "other", name="某甲")[0] == 201
    assert asks(lin, hours[1], "probe", **form) == (429, "unproven_ahead", None)
    assert asks(lin, hours[1], "own", name=OWN["name"], id_no=OWN["id_no"])[0] == 201


@pytest.mark.parametrize("form", MIXED)
@pytest.mark.usefixtures("guessed")
def test_its_cancellations_count_as_those_of_no_mandate(
    lin: Phone, hours: list[str], clock: Clock, form: dict[str, str]
) -> None:
    ref = str((lin.book("probe", slot_id=hours[0], detainee=form).json or {})["ref"])
    clock.move(minutes=20)
    lin.post(f"/bookings/{ref}/cancellation", {})
    assert asks(lin, hours[1], "other", name="某甲") == (429, "cancelled", None)


@pytest.mark.parametrize("form", MIXED)
@pytest.mark.usefixtures("guessed")
def test_nothing_is_confirmed_at_once(lin: Phone, hours: list[str], form: dict[str, str]) -> None:
    Centre.update(policy={"confirm_proven_at_once": True}).execute()
    assert asks(lin, hours[0], "probe", **form) == (201, None, "submitted")


@pytest.mark.parametrize("form", MIXED)
@pytest.mark.usefixtures("guessed")
def test_nobody_is_told_of_a_meeting(
    lin: Phone, phone_of: Callable[[Any], Phone], hours: list[str], clock: Clock, form: dict[str, str]
) -> None:
    """A colleague meets the own client at that time: who names him alone is told, and nobody else."""
    on_the_roll(SHEN)
    colleague = phone_of(SHEN)
    colleague.sign_in()
    colleague.bind()
    client = {"name": OWN["name"], "id_no": OWN["id_no"]}
    made: Any = colleague.book("c", slot_id=hours[0], detainee=client)
    decisions.approve(CHEN, clock(), made.json["ref"])
    assert asks(lin, hours[0], "own", **client)[:2] == (409, "detainee_conflict")
    assert asks(lin, hours[0], "probe", **form) == (201, None, "submitted")


@pytest.mark.parametrize("is_held", [True, False])
def test_by_the_register_it_would_tell(
    lin: Phone, desk: Desk, hours: list[str], monkeypatch: pytest.MonkeyPatch, is_held: bool
) -> None:
    """The control: proven by whom the register finds, the limits of one form are others where the number is held."""

    def found(held: Held, person: Person, facts: Facts) -> limits.Wish:
        object.__setattr__(person, "numbers", (person.key,))
        return wish(held, person, facts)

    wish: Callable[..., limits.Wish] = decision._wish
    monkeypatch.setattr(decision, "_wish", found)
    held(desk, OWN["name"], OWN["id_no"], OWN["custody_no"])
    proven(desk)
    if is_held:
        held(desk, OWN["name"], GUESS)
    assert asks(lin, hours[0], "other", name="某甲")[0] == 201
    assert asks(lin, hours[1], "probe", **MIXED[0])[0] == (429 if is_held else 201)


@pytest.mark.parametrize(
    "form", [OWN, {"name": OWN["name"], "id_no": OWN["id_no"]}, {"name": OWN["name"], "custody_no": OWN["custody_no"]}]
)
@pytest.mark.parametrize("by", ["id_no", "custody_no"])
def test_the_numbers_of_the_clients_own_line_are_all_his(
    lin: Phone, desk: Desk, hours: list[str], form: dict[str, str], by: str
) -> None:
    """Whichever of them it was proven by; and a line that had only one of them when it was."""
    known = custody_key("pudong", OWN["custody_no"]) if by == "custody_no" else document_key(OWN["id_no"])
    line = {"name": OWN["name"], "ward": "三监区", "case_no": "", "permit_case": ""}
    import_register(CHEN, desk.now(), "pudong", [Row(2, line | {"id_no": "", "custody_no": "", by: OWN[by]})])
    proven(desk, known)
    import_register(CHEN, desk.now(), "pudong", [Row(2, line | OWN)])
    assert asks(lin, hours[0], "other", name="某甲")[0] == 201
    assert asks(lin, hours[1], "own", **form)[0] == 201
    import_register(CHEN, desk.now(), "pudong", [Row(2, line | OWN), Row(3, line | {"id_no": GUESS})])
    assert asks(lin, hours[2], "mixed", **(OWN | {"id_no": GUESS}))[:2] == (429, "unproven_ahead")


def test_where_no_register_is_kept_an_officer_proves_both_numbers(lin: Phone, hours: list[str], clock: Clock) -> None:
    ref = str((lin.book("first", slot_id=hours[0], detainee=OWN).json or {})["ref"])
    assert asks(lin, hours[1], "before", **OWN)[:2] == (429, "unproven_ahead")
    made = mandates.prove_by(CHEN, clock(), Booking.get_by_id(ref), ())
    assert made is not None and len(made.keys) == 2
    assert asks(lin, hours[1], "after", **OWN)[0] == 201
    assert asks(lin, hours[2], "other", name="某甲")[0] == 201  # the first counts as proven by now
