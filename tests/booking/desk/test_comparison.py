"""The comparison finds the same in whatever it is handed the others in."""

from datetime import date, time
from types import SimpleNamespace

from booking.desk.application import Application, Person
from booking.desk.comparison import Around, findings
from booking.desk.known import Past
from booking.rules import Taken, Weight
from clock import at
from tests.booking.conftest import FRIDAY, SLOT

NOW = at(date(2026, 11, 20), time(9))
LAWYER = SimpleNamespace(
    state="verified", roll_state="active", valid_until=None, name="甲", roll_name="甲", firm="某所", roll_firm="某所"
)
ALONG = [{"name": "乙", "role": "interpreter"}, {"name": "丙", "role": "lawyer", "licence_no": "1"}]
BEFORE = [
    Past(2, "k", None, Weight.GRANTED),
    Past(3, "k", None, Weight.GRANTED),
    Past(1, "another", "案1", Weight.GRANTED),
]
BESIDE = [Taken("REF", 9, "k", None, at(FRIDAY, time(8, 30)), at(FRIDAY, time(9, 30)))]


def asking(companions):
    return Application(
        lawyer_id=1, key="key", body_hash="", slot_id=SLOT, minutes=60, detainee={"name": "某甲"}, mandate="entrusted",
        stage="trial", render=lambda booking, slot: "", case_no="案1", companions=companions,
    )  # fmt: skip


def found(hand):
    application = asking(hand(ALONG))
    told = findings(application, NOW, Person("k", True), LAWYER, {}, Around(hand(BEFORE), hand(BESIDE)))
    return [one["code"] for one in told]


def test_a_generator_gives_the_same_findings_as_a_list():
    codes = found(list)
    assert {"third_defender", "co_suspects", "detainee_may_conflict", "companion_not_on_roll"} <= set(codes)
    assert found(lambda rows: (row for row in rows)) == codes


def test_companions_handed_over_as_a_generator_can_be_gone_through_again():
    application = asking(one for one in ALONG)
    assert [list(application.companions), list(application.companions)] == [ALONG, ALONG]
