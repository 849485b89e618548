"""An import of the roll: reported row by row, applied whole after a yes."""

import pytest
from peewee import fn

from booking.record.actor import Actor
from booking.roll import imports, runs
from models import Audit, Lawyer, RollEntry, RollImport, RollImportLine, RollImportPart
from refusals import Invalid, NotFound, TooLarge, WrongState
from tests.booking.roll.conftest import apply, bound, cells, on_the_roll, sheet


def test_every_row_is_reported_and_nothing_is_written_yet(desk, report):
    on_the_roll(desk, *(cells(n) for n in range(1, 6)))
    bound(desk, 4)
    made = report(
        cells(1),
        cells(2, firm="新所", phone=""),
        cells(3, state="停止执业"),
        cells(4, state="吊销"),
        cells(9),
    )
    lines = RollImportLine.select().order_by(RollImportLine.row)
    assert [(line.row, line.kind, line.columns) for line in lines] == [
        (2, "unchanged", ""), (3, "changed", "律师事务所、手机号"), (4, "suspended", "状态"), (5, "revoked", "状态"),
        (6, "new", ""),
    ]  # fmt: skip
    assert made.state == "ready"
    assert [made.counts[kind] for kind in ("new", "changed", "suspended", "revoked", "unchanged")] == [1] * 5
    assert [one["licence_no"] for one in made.counts["follows"]] == [cells(4)["licence_no"]]
    assert RollEntry.select().count() == 5
    assert Lawyer.get().state == "verified"


def test_a_yes_writes_what_was_reported(desk, report):
    on_the_roll(desk, cells(1))
    bound(desk, 1)
    done = apply(desk, report(cells(1, state="吊销"), cells(2)).id)
    assert (done.state, done.problem, done.finished_at) == ("done", "", desk.now())
    assert {entry.state for entry in RollEntry} == {"revoked", "active"}
    assert (Lawyer.get().state, Lawyer.get().licence_claim) == ("refused", None)
    assert Audit.select().where(Audit.what == "roll.import", Audit.who == "chief-pudong").count() == 1


def test_one_wrong_row_and_there_is_nothing_to_say_yes_to(desk, report):
    made = report(cells(1), cells(2, name="=HYPERLINK(1)"), cells(3, name="@sum"), cells(4, firm="所\x00"))
    assert {line.row: line.why for line in RollImportLine.select().where(RollImportLine.kind == "wrong")} == {
        3: "姓名是公式，请粘贴为数值",
        4: "姓名含有不应有的字符",
        5: "律师事务所含有不应有的字符",
    }
    with pytest.raises(WrongState, match="有3行有误"):
        imports.confirm(Actor("chief"), desk.now(), made.id)
    assert RollEntry.select().count() == 0


def test_two_licences_of_one_person_are_wrong_in_the_file_and_against_the_roll(desk, report):
    on_the_roll(desk, cells(1), cells(2, state="revoked"))
    same = {n: cells(50 + n, id_no=cells(n)["id_no"]) for n in (1, 2, 3)}
    report(cells(3), same[3], same[1], same[2])
    whys = {line.row: (line.kind, line.why) for line in RollImportLine}
    assert whys[3] == ("wrong", "身份证号与第2行相同，一人不能有两个执业证号")
    assert whys[4] == (
        "wrong",
        f"身份证号在名册中已属于执业证号{cells(1)['licence_no']}；如已换证，请把该号一并列入，状态填注销",
    )
    assert whys[2] == ("wrong", "身份证号与第3行相同，一人不能有两个执业证号")
    assert whys[5][0] == "new"  # the licence before was revoked


def test_the_old_licence_revoked_in_the_same_file_makes_room(desk, report):
    on_the_roll(desk, cells(1))
    made = report(cells(1, state="吊销"), cells(51, id_no=cells(1)["id_no"]))
    assert made.counts["wrong"] == 0


def test_what_is_no_table_fails_with_its_reason(desk):
    for name, raw, said in (
        ("a.xlsx", b"PK nonsense", "不是有效的Excel"),
        ("a.csv", b"a,b\n1,2", "缺少列"),
        ("a.csv", b" ", "空"),
    ):
        made = imports.bring(Actor("chief"), desk.now(), name, raw, None)
        runs.work(desk, made.id)
        found = imports.find(made.id)
        assert (found.state, said in found.problem) == ("failed", True), name


def test_what_can_not_be_kept_is_refused_at_the_door(desk, monkeypatch):
    monkeypatch.setattr(imports, "MOST_BYTES", 100)
    with pytest.raises(TooLarge, match="文件超过"):
        imports.bring(Actor("chief"), desk.now(), "a.csv", b"0" * 101, None)
    for name in ("a.xls", "csv", "../../etc/passwd", ""):
        with pytest.raises(Invalid):
            imports.bring(Actor("chief"), desk.now(), name, b"0", None)
    with pytest.raises(Invalid, match="空"):
        imports.bring(Actor("chief"), desk.now(), "a.csv", b"", None)
    with pytest.raises(NotFound):
        imports.find(1)
    assert RollImport.select().count() == 0


def test_the_file_lies_sealed_and_comes_back_whole(desk, monkeypatch):
    monkeypatch.setattr(imports, "PART_BYTES", 50)
    raw = sheet(cells(1), cells(2))
    made = imports.bring(Actor("chief"), desk.now(), "名册\x00\n<b>.csv", raw, None)
    assert made.file_name == "名册<b>.csv"
    parts = [part.sealed for part in RollImportPart]
    assert len(parts) == -(-len(raw) // 50)
    assert not any(cells(1)["licence_no"] in part for part in parts)
    runs.work(desk, made.id)
    assert imports.find(made.id).counts["new"] == 2


def test_a_roll_that_changed_meanwhile_is_not_written_over(desk, report):
    on_the_roll(desk, cells(1))
    made = report(cells(1, firm="新所"), cells(2))
    on_the_roll(desk, cells(2))
    failed = apply(desk, made.id)
    assert (failed.state, failed.problem) == ("failed", runs.CHANGED)
    assert RollEntry.get_by_id(cells(1)["licence_no"]).firm == cells(1)["firm"]


def test_a_lawyer_bound_meanwhile_alters_the_report_too(desk, report):
    on_the_roll(desk, cells(1))
    made = report(cells(1, state="吊销"))
    bound(desk, 1)
    assert apply(desk, made.id).problem == runs.CHANGED
    assert Lawyer.get().state == "verified"


def test_a_change_elsewhere_in_the_roll_does_not_matter(desk, report):
    made = report(cells(1))
    on_the_roll(desk, cells(2))
    assert apply(desk, made.id).state == "done"


def test_an_import_is_said_yes_to_once(desk, report):
    made = report(cells(1))
    imports.confirm(Actor("chief"), desk.now(), made.id)
    with pytest.raises(WrongState):
        imports.confirm(Actor("chief"), desk.now(), made.id)
    runs.work(desk, made.id)
    with pytest.raises(WrongState):
        imports.confirm(Actor("chief"), desk.now(), made.id)


def test_after_a_day_the_file_is_gone_and_the_offer_with_it(desk, clock, report):
    made = report(cells(1))
    clock.move(hours=23)
    assert imports.prune(clock()) == 0
    clock.move(hours=2)
    assert imports.prune(clock()) == 2
    assert imports.find(made.id).state == "expired"
    assert RollImportPart.select(fn.COUNT(RollImportPart.id)).scalar() == 0
    with pytest.raises(WrongState):
        imports.confirm(Actor("chief"), desk.now(), made.id)
