"""Lawyers, detainees and officers by command."""

import csv
import re
from datetime import timedelta

from booking.officers import codes
from models import Audit, Detainee, Lawyer, Officer, OfficerCode, RollEntry
from sandbox import world
from sandbox.world.cast import invented_id_no
from tests.terminal.conftest import told

HEADER = ("状态", "姓名", "执业证号", "律师事务所", "身份证号", "手机号", "有效期至")


def line(person, state="执业", **change):
    values = {"状态": state, "姓名": person.name, "执业证号": person.licence_no, "律师事务所": person.firm,
              "身份证号": person.id_no, "手机号": person.phone, "有效期至": "2027-05-31"}  # fmt: skip
    return {**values, **change}


def sheet(path, rows, header=HEADER, encoding="utf-8-sig"):
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_lawyer_struck_off_can_no_longer_book(flask, furnished, tmp_path):
    file = sheet(tmp_path / "roll.csv", [line(world.WANG, "吊销"), line(world.CHEN)])
    report = told(flask("lawyers", "import", file, "--json"))
    assert (report["new"], report["changed"], report["revoked"]) == (1, 1, 1)
    assert [one["licence_no"] for one in report["follows"]] == [world.WANG.licence_no]
    wang = world.lawyer(world.WANG)
    assert (wang.state, wang.licence_claim, wang.findings[0]["code"]) == ("refused", None, "licence_revoked")


def test_one_wrong_row_and_nothing_is_written(flask, furnished, tmp_path):
    file = sheet(tmp_path / "roll.csv", [line(world.CHEN), line(world.WANG, 身份证号="110101199001010000")])
    answered = flask("lawyers", "import", file)
    assert answered.exit_code == 1
    assert "第3行：身份证号有误" in answered.stdout
    assert "110101199001010000" not in answered.output
    assert RollEntry.get_or_none(RollEntry.licence_no == world.CHEN.licence_no) is None


def test_a_dry_run_refuses_nobody(flask, furnished, tmp_path):
    file = sheet(tmp_path / "roll.csv", [line(world.WANG, "停止执业")], encoding="gb18030")
    assert "检查通过" in flask("lawyers", "import", file, "--dry-run").stdout
    assert world.lawyer(world.WANG).state == "verified"
    assert not Audit.select().where(Audit.what == "roll.import").exists()


def test_a_pending_lawyer_is_verified_refused_and_unbound(flask, furnished):
    (chen,) = told(flask("lawyers", "pending", "--json"))
    assert chen["findings"] == ["执业证号不在律师名册中，待民警核验"]
    assert flask("lawyers", "verify", world.CHEN.licence_no, "--seen", "before", "--by", "gate").exit_code == 1
    assert flask("lawyers", "verify", world.CHEN.licence_no, "--seen", chen["seen"], "--by", "gate").exit_code == 0
    assert Lawyer.get_by_id(chen["id"]).state == "verified"
    assert flask("lawyers", "verify", world.CHEN.licence_no, "--seen", chen["seen"]).exit_code == 1
    assert flask("lawyers", "unbind", chen["id"], "--why", "更换微信").exit_code == 0
    assert Lawyer.get_by_id(chen["id"]).openid is None
    assert flask("lawyers", "refuse", "99999", "--why", "无此人", "--seen", "x").exit_code == 1


def test_the_register_is_put_in_place_of_the_one_before(flask, furnished, tmp_path):
    rows = [
        {"监区": "五监区", "姓名": world.TAO.name, "身份证号": world.TAO.id_no, "须经许可": "是"},
        {"监区": "一监区", "姓名": "新来演", "身份证号": invented_id_no(7001)},
    ]
    file = sheet(tmp_path / "register.csv", rows, ("姓名", "身份证号", "监区", "须经许可"))
    before = Detainee.select().where(Detainee.centre == "qingpu").count()
    answered = flask("detainees", "import", file, "--centre", "pudong")
    assert "新收1，在押1" in answered.stdout
    here = {d.name: (d.ward, d.permit_case) for d in Detainee.select().where(Detainee.centre == "pudong")}
    assert here == {world.TAO.name: ("五监区", True), "新来演": ("一监区", False)}
    assert Detainee.select().where(Detainee.centre == "qingpu").count() == before


def test_an_empty_register_sends_nobody_home(flask, furnished, tmp_path):
    file = sheet(tmp_path / "register.csv", [], ("姓名", "身份证号", "监区"))
    before = Detainee.select().count()
    assert flask("detainees", "import", file, "--centre", "pudong").exit_code == 1
    assert Detainee.select().count() == before


def test_an_officer_is_added_once(flask, furnished):
    words = ("officer", "add", "li.ming", "李明", "--role", "reviewer", "--centre", "pudong")
    assert "已新增复核民警李明" in flask(*words).stdout
    assert flask(*words).exit_code == 1
    assert Officer.get(Officer.account == "li.ming").centre_id == "pudong"
    assert flask("officer", "add", "x", "李", "--role", "gate").exit_code == 1
    assert flask("officer", "add", "xx", "李", "--role", "king").exit_code == 2
    assert "li.ming" in {row["account"] for row in told(flask("officer", "list", "--json"))}


def test_an_officer_is_handed_a_code(flask, furnished, desk):
    for command, kind, hours in (("sign-in-code", "sign_in", 24), ("bind-code", "bind", 1 / 6)):
        said = flask("officer", command, "gate-pudong", "--by", "admin").stdout
        code = re.search(r"一次性代码：(\w{8})，", said)[1]
        until = OfficerCode.get(OfficerCode.kind == kind).expires_at
        assert until - desk.now() == timedelta(hours=hours)
        assert codes.redeem(code, kind, desk.now()).account == "gate-pudong"
    assert flask("officer", "bind-code", "nobody").exit_code == 1
