"""Rule 7, silence: a lawyer's answers hold nothing that comes from the register or from another's booking."""

import ast
from datetime import time
from pathlib import Path

import pytest

from booking import findings
from booking.desk import comparison
from booking.lawyers import mandates
from booking.record.actor import Actor
from models import Booking, Detainee, KeptAnswer
from models.detainees import id_key, name_key
from tests.booking.conftest import FRIDAY, SLOT, add_lawyers, add_slot
from tests.test_rooms import imported

API = Path(__file__).resolve().parents[2] / "wechat" / "api"
NUMBER = "11010519491231002X"


def in_custody(desk, name: str, id_no: str, **more: object) -> None:
    key = id_key(id_no)
    Detainee.create(
        centre="pudong", key=key, name_index=name_key(name), name_sealed=Detainee.name_sealed.seal(name, key=key),
        ward="三监区", updated_at=desk.now(), **more,
    )  # fmt: skip


def test_every_finding_is_either_the_lawyers_or_the_officers():
    said = {
        node.value.elts[0].value
        for node in ast.walk(ast.parse(Path(comparison.__file__).read_text("utf-8")))
        if isinstance(node, ast.Yield) and isinstance(node.value.elts[0], ast.Constant)
    }
    assert len(said) > 9 and said <= findings.ABOUT_HIMSELF | findings.FOR_OFFICERS
    assert not findings.ABOUT_HIMSELF & findings.FOR_OFFICERS


def test_a_finding_nobody_has_placed_is_not_told():
    assert findings.to_the_lawyer([{"code": "of_a_later_version", "message": "秘密"}]) == []


def test_the_lawyers_endpoints_know_neither_register_nor_roll_nor_comparison():
    strangers = (
        "booking.desk.comparison",
        "booking.desk.findings_now",
        "booking.review",
        "booking.roll",
        "booking.search",
    )
    for file in API.glob("*.py"):
        assert not {name for name in imported(file) if name.startswith(strangers)}, file.name
        names = {
            alias.name
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
            if isinstance(node, ast.ImportFrom) and node.module == "models"
            for alias in node.names
        }
        assert not names & {"Detainee", "RollEntry", "Visit", "Mandate"}, file.name


@pytest.mark.parametrize("name", ["不存在人", "张某演", "危某演"])
def test_what_the_register_says_is_kept_for_officers(lin, desk, name):
    for number, person in enumerate(("张某演", "张某演", "危某演")):
        in_custody(desk, person, f"{NUMBER[:-1]}{number}", permit_case=person == "危某演")
    answers = [lin.book(detainee={"name": name}), lin.book(detainee={"name": name})]
    ref = answers[0].json["ref"]
    assert Booking.get_by_id(ref).findings  # there is something, and officers see it
    answers += [lin.get(f"/bookings/{ref}"), lin.post(f"/bookings/{ref}/cancellation", {})]
    assert [answer.json["findings"] for answer in answers] == [[]] * 4
    assert lin.get("/bookings").json["bookings"][0]["findings"] == []
    (kept,) = KeptAnswer.select()
    assert "在押" not in KeptAnswer.answer_sealed.of(kept) and '"findings":[]' in KeptAnswer.answer_sealed.of(kept)


def test_that_another_has_proven_it_is_kept_for_officers(lin, desk):
    """The answers to a person with a defender and to one without are alike but for who it is and when."""
    (other,) = add_lawyers(1, desk.now(), first=70)
    pair = mandates.Pair(other, "pudong", id_key(NUMBER))
    mandates.prove(Actor("chen"), desk.now(), pair, "陶某演", "trial")
    later = str(add_slot("pudong", FRIDAY, time(11)).id)
    defended = lin.book(detainee={"name": "陶某演", "id_no": NUMBER})
    nobodys = lin.book("key-2", slot_id=later, detainee={"name": "别某演", "id_no": "440524188001010014"})
    told, ours = (Booking.get_by_id(answer.json["ref"]) for answer in (defended, nobodys))
    assert [one["code"] for one in told.findings] == ["others_mandate_proven"] and ours.findings == []
    own = ("ref", "slot", "cancel_free_until", "detainee_name")
    alike = [{key: value for key, value in answer.json.items() if key not in own} for answer in (defended, nobodys)]
    assert alike[0] == alike[1] and alike[0]["findings"] == []
    assert "委托经核实" not in defended.text + lin.get(f"/bookings/{told.ref}").text + lin.get("/bookings").text


def test_what_is_about_himself_and_his_form_is_told(lin):
    along = [
        {"name": "乙", "role": "interpreter"},
        {"name": "丙", "role": "lawyer", "licence_no": "13101201999999999"},
    ]
    told = lin.book(slot_id=SLOT, companions=along).json["findings"]
    assert [finding["code"] for finding in told] == ["interpreter_approval", "companion_not_on_roll"]
