from clock import now
from models import Audit, Centre, Slot
from tests.terminal.conftest import told


def test_a_centre_is_added_listed_and_shown(flask):
    assert flask("centre", "add", "minhang", "闵行区看守所", "上海市闵行区", "--by", "chief").exit_code == 0
    assert [row["code"] for row in told(flask("centre", "list", "--json"))] == ["minhang"]
    assert told(flask("centre", "show", "minhang", "--json"))["policy"]["cancel_free_hours"] == 24
    assert "闵行区看守所" in flask("centre", "show", "minhang").stdout


def test_a_code_is_given_once(flask):
    flask("centre", "add", "minhang", "闵行区看守所", "上海市闵行区")
    again = flask("centre", "add", "minhang", "另一看守所", "上海市")
    assert again.exit_code == 1
    assert "已登记" in again.stderr
    assert Centre.get().name == "闵行区看守所"


def test_a_code_that_cannot_stand_in_a_slot_id_is_refused(flask):
    assert flask("centre", "add", "Min-Hang", "闵行区看守所", "上海市闵行区").exit_code == 1


def test_a_policy_number_is_changed_as_data_and_on_record(flask, furnished):
    answered = flask("centre", "set", "pudong", "cancel_free_hours=48", "review_deadline=17:30", "--by", "chief")
    assert "cancel_free_hours：24 → 48" in answered.stdout
    assert Centre.get_by_id("pudong").policy == {"cancel_free_hours": 48, "review_deadline": "17:30:00"}
    note = Audit.get(Audit.what == "centre.set")
    assert (note.who, note.subject, note.words["cancel_free_hours"]) == ("chief", "pudong", [24, 48])


def test_an_empty_value_is_the_default_again(flask, furnished):
    flask("centre", "set", "pudong", "cancel_free_hours=48")
    flask("centre", "set", "pudong", "cancel_free_hours=")
    assert Centre.get_by_id("pudong").policy == {}


def test_a_number_out_of_bounds_changes_nothing(flask, furnished):
    for wrong in (
        "cancel_free_hours=-1",
        "cancel_free_hours=often",
        "closes_days_before=9",
        "colour=red",
        "nonsense",
    ):
        assert flask("centre", "set", "pudong", wrong).exit_code == 1, wrong
    assert Centre.get_by_id("pudong").policy == {}


def test_an_unknown_centre_is_said_so(flask):
    answered = flask("centre", "show", "nowhere")
    assert answered.exit_code == 1
    assert "没有代码为nowhere的看守所" in answered.stderr


def test_the_centres_own_word_about_a_day_beats_the_table_and_can_be_taken_back(flask, furnished):
    slot = Slot.select().where(Slot.centre == "pudong", Slot.open, Slot.starts_at > now()).order_by(Slot.id).get()
    day = f"{slot.date:%Y-%m-%d}"
    closed = flask("centre", "day", "pudong", day, "closed", "--reason", "设备检修")
    assert closed.exit_code == 0, closed.stderr
    assert (Slot.get_by_id(slot.id).open, Slot.get_by_id(slot.id).closed_reason) == (False, "设备检修")
    assert flask("centre", "day", "pudong", day, "usual").exit_code == 0
    assert Slot.get_by_id(slot.id).open
    notes = Audit.select().where(Audit.what == "centre.day").order_by(Audit.id)
    assert [note.words["open"] for note in notes] == [False, None]


def test_a_day_is_not_closed_without_a_reason(flask, furnished):
    assert flask("centre", "day", "pudong", "2026-12-01", "closed").exit_code == 1
    assert flask("centre", "day", "nowhere", "2026-12-01", "open").exit_code == 1
