"""A roll taken without its wrong lines: what is left out, what never decides, and which licences stay good by it."""

import pytest

from booking.lawyers.licences import REFUSED, VERIFIED
from models import Audit, Lawyer, RollEntry
from sandbox.world.cast import _CHECKS, _WEIGHTS, invented_id_no
from tests.booking.roll.conftest import bound, on_the_roll
from tests.booking.roll.conftest import cells as line
from tests.booking.roll.test_roll import imported


def test_without_its_wrong_lines_the_rest_is_taken_and_the_others_are_named(desk):
    on_the_roll(desk, line(2, firm="旧所"))
    lines = [line(1), line(2, name="李?"), line(3)]
    assert not imported(lines).written and RollEntry.select().count() == 1
    report = imported(lines, without_wrong=True)
    assert report.written and [wrong.row for wrong in report.wrong] == [3]
    assert RollEntry.select().count() == 3
    assert RollEntry.get_by_id(line(2)["licence_no"]).firm == "旧所"  # left as it was


def states():
    return dict(RollEntry.select(RollEntry.licence_no, RollEntry.state).tuples())


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("state", ["吊销", "注销", "停止执业"])
def test_of_two_lines_that_contradict_each_other_neither_is_taken(desk, order, state):
    on_the_roll(desk, line(1))
    lawyer = bound(desk, 1)
    report = imported([line(1, firm="新所"), line(1, state=state), line(2)][::order], without_wrong=True)
    rows = {1: [2, 3], -1: [3, 4]}[order]
    assert [wrong.row for wrong in report.wrong] == rows and all("重复" in wrong.why for wrong in report.wrong)
    assert [wrong.bars for wrong in report.wrong] == [False, True][::order]
    assert states() == {line(1)["licence_no"]: "active", line(2)["licence_no"]: "active"}
    assert RollEntry.get_by_id(line(1)["licence_no"]).firm != "新所"
    assert Lawyer.get_by_id(lawyer.id).state == VERIFIED


@pytest.mark.parametrize("order", [1, -1])
def test_a_line_beside_a_wrong_one_of_the_same_licence_is_not_taken(desk, order):
    on_the_roll(desk, line(1))
    report = imported([line(1, firm="新所"), line(1, state="吊销", firm="东?所")][::order], without_wrong=True)
    assert len(report.wrong) == 2 and RollEntry.get().firm != "新所"


def test_a_line_said_twice_in_the_same_words_is_taken_once(database):
    report = imported([line(1), line(1)], without_wrong=True)
    assert [wrong.row for wrong in report.wrong] == [3] and RollEntry.select().count() == 1


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_licences_of_one_person_neither_is_taken(database, order):
    report = imported([line(1), line(2, id_no=line(1)["id_no"])][::order], without_wrong=True)
    assert len(report.wrong) == 2 and not states()


def test_a_line_left_out_keeps_its_number_from_the_next(desk):
    """3 holds what 1 would get, so 1 stays what it is, and 2 cannot have what 1 would have given up."""
    on_the_roll(desk, line(1), line(3))
    chain = [line(2, id_no=line(1)["id_no"]), line(1, id_no=line(3)["id_no"])]
    report = imported(chain, without_wrong=True)
    assert [wrong.row for wrong in report.wrong] == [2, 3]
    assert set(states()) == {line(1)["licence_no"], line(3)["licence_no"]}


@pytest.mark.parametrize("spoilt", [{"firm": "东?所"}, {"phone": "1"}, {"state": "吊销?"}, {"valid_until": "长期"}])
def test_a_revocation_that_is_left_out_says_that_the_licence_stays_good(desk, spoilt):
    on_the_roll(desk, line(1))
    lawyer = bound(desk, 1)
    report = imported([line(1, **{"state": "吊销", **spoilt}), line(2, firm="东?所")], without_wrong=True)
    first, second = report.wrong
    assert first.bars and "仍然有效" in first.why and not second.bars and "仍然有效" not in second.why
    imports = Audit.select().where(Audit.what == "roll.import").order_by(Audit.id)
    assert [one.words["left_standing"] for one in imports] == [[], [2]]
    imported([line(1, state="吊销")])
    assert Lawyer.get_by_id(lawyer.id).state == REFUSED


def id_no(number):
    """Of fifty thousand different people."""
    digits = f"{310100 + number // 10_000}{invented_id_no(number % 10_000)[6:17]}"
    return digits + _CHECKS[sum(w * int(d) for w, d in zip(_WEIGHTS, digits, strict=True)) % 11]


def test_fifty_thousand_lines_with_forty_wrong_say_which_and_take_the_rest(database):
    bad = set(range(1000, 50_000, 1225))
    lines = [
        {"name": "李?" if n in bad else f"律师{n}", "licence_no": f"1310120161{n:07d}", "firm": "东方律师事务所",
         "id_no": id_no(n), "phone": "", "state": "执业", "valid_until": ""}
        for n in range(50_000)
    ]  # fmt: skip
    report = imported(lines, without_wrong=True)
    assert {wrong.row - 2 for wrong in report.wrong} == bad and len(bad) == 40
    assert RollEntry.select().count() == 49_960
