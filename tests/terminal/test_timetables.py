from datetime import date

import pytest

from booking.desk.application import Application
from models import Lawyer, Slot, Timetable
from sandbox import world
from tests.terminal.conftest import told

# The SQL is the desk's, and tried on both databases there.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

MONDAY = date(2026, 11, 30)
EIGHT = """
centre = "pudong"
valid_from = 2026-11-30
valid_to = 2026-11-30
[[slot]]
weekdays = [0]
starts = ["08:30", "10:00", "13:30", "15:00"]
minutes = 90
seats = {seats}
window_seats = 28
"""


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "table.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def book(desk, person, slot_id):
    application = Application(
        lawyer_id=Lawyer.get(Lawyer.openid == person.openid).id, key=f"k-{slot_id}", body_hash="h", slot_id=slot_id,
        minutes=60, detainee=world.TAO.as_asked, mandate="entrusted", stage="trial", render=lambda *_: "{}",
    )  # fmt: skip
    return desk.book(application).ref


def test_eight_seats_for_one_coming_monday_hold_at_once(flask, furnished, file):
    answered = told(flask("timetable", "import", file(EIGHT.format(seats=8)), "--json"))
    assert answered["imported"] and answered["changed"] == 5
    slots = Slot.of_day("pudong", MONDAY)
    assert [(slot.seats, slot.open) for slot in slots] == [(8, True)] * 4 + [(12, False)]
    assert {slot.seats for slot in Slot.of_day("pudong", date(2026, 12, 1))} == {12}
    assert {view.remaining for view in furnished.slots("pudong", MONDAY) if view.bookable} == {8}


def test_importing_the_same_again_adds_nothing(flask, furnished, file):
    flask("timetable", "import", file(EIGHT.format(seats=8)))
    count = Timetable.select().count()
    assert told(flask("timetable", "import", file(EIGHT.format(seats=8)), "--json"))["imported"] is False
    assert Timetable.select().count() == count


def test_whoever_is_booked_is_shown_and_stays(flask, furnished, file):
    ref = book(furnished, world.WANG, "pudong-20261130-1630")
    shown = told(flask("timetable", "import", file(EIGHT.format(seats=0)), "--json"))["affected"]
    assert shown == [{"slot": "pudong-20261130-1630", "booked": 1, "seats": None}]
    slot = Slot.get_by_id("pudong-20261130-1630")
    assert (slot.open, slot.taken) == (False, 1)
    assert ref


def test_a_dry_run_writes_nothing(flask, furnished, file):
    before = Timetable.select().count()
    assert told(flask("timetable", "import", file(EIGHT.format(seats=8)), "--dry-run", "--json"))["imported"] is False
    assert Timetable.select().count() == before
    assert Slot.get_by_id("pudong-20261130-0830").seats == 12


WRONG = (
    (('"10:00"', '"09:59"'), "重叠"),
    (('"15:00"', '"23:00"'), "24时"),
    (("minutes = 90", "minutes = 30"), "最短会见时长"),
    (("seats = 8\n", "seats = -1\n"), "seats"),
    (('"pudong"', '"nowhere"'), "没有代码"),
    (("weekdays = [0]", "weekdays = [7]"), "weekdays"),
    (("valid_to = 2026-11-30", "valid_to = 2026-11-29"), "早于"),
    (("minutes = 90", "minutes = 90\ncolour = 1"), "colour"),
    (("[[slot]]", "[[slot"), "TOML"),
)


def test_a_timetable_that_makes_no_sense_is_refused_with_the_reason(flask, furnished, file):
    before = Timetable.select().count()
    for (old, new), said in WRONG:
        text = EIGHT.format(seats=8)
        assert old in text
        answered = flask("timetable", "import", file(text.replace(old, new)))
        assert answered.exit_code == 1, said
        assert said in answered.stderr
    assert Timetable.select().count() == before
