"""Everything a client can send: a clear Chinese answer with its code, nothing written, never a 5xx."""

import json
import re
from itertools import product

import pytest

from models import Booking, Consent, Lawyer
from tests.wechat.conftest import LIN, a_booking

# The stricter of the two about what a text may hold; nothing here depends on the database.
pytestmark = pytest.mark.parametrize("database", ["postgres"], indirect=True)

JSON = "application/json"
FORMS = {
    "/session": {"code": "abc"},
    "/me/licence": LIN.as_form("abc"),
    "/me/consents": {"templates": ["tpl-reminder"]},
    "/strikes/1/appeal": {"reason": "有传票"},
    "/bookings": a_booking(),
    "/bookings/ABCD1234/cancellation": {},
}
MALFORMED = {
    "no JSON": b"{'code': 1}",
    "half of it": b'{"code": "a',
    "two of it": b"{}{}",
    "a list": b"[]",
    "null": b"null",
    "a word": b'"code"',
    "not UTF-8": b'{"code": "\xff\xfe"}',
    "GBK": '{"name": "林"}'.encode("gbk"),
    "UTF-16": '{"code": "a"}'.encode("utf-16"),
    "a name twice": b'{"code": "a", "code": "b"}',
    "not a number": b'{"minutes": NaN}',
    "infinity": b'{"minutes": -Infinity}',
    "too deep": b'{"a":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "five thousand digits": b'{"minutes": ' + b"9" * 5000 + b"}",
}


def send(phone, path, raw, content_type=JSON, **headers):
    own = {"Authorization": f"Bearer {phone.token}", "Idempotency-Key": "key-1"} | headers
    return phone.client.post(f"/api/v1{path}", data=raw, content_type=content_type, headers=own)


def is_problem(answer, *statuses):
    told = json.loads(answer.data)
    assert answer.status_code in statuses, (answer.status_code, told)
    assert answer.mimetype == "application/problem+json"
    assert told["status"] == answer.status_code
    assert {"type", "title", "status", "code", "detail", "request_id"} <= set(told)
    assert re.search(r"[\u4e00-\u9fff]", told["title"] + told["detail"])
    assert answer.headers["X-Request-Id"] == told["request_id"]
    assert answer.headers["Cache-Control"] == "no-store"
    return told


def test_what_is_no_json_object_is_malformed(lin):
    for path, (name, raw) in product(FORMS, MALFORMED.items()):
        assert is_problem(send(lin, path, raw), 400)["code"] == "malformed", (path, name)
    assert Booking.select().count() == 0


def test_an_unknown_field_is_refused_by_name(lin):
    for path, form in FORMS.items():
        told = is_problem(send(lin, path, json.dumps(form | {"state": "verified"})), 422)
        assert told["code"] == "invalid", path
        assert {"field": "state", "message": "不认识的字段"} in told["errors"], path


def test_an_empty_body_says_so(lin):
    for path in (path for path, form in FORMS.items() if form):
        assert is_problem(send(lin, path, b""), 400)["detail"] == "请求体为空"
        missing = is_problem(send(lin, path, b"{}"), 422)["errors"]
        assert {error["message"] for error in missing} == {"此项必填"}, path


def test_anything_but_json_is_the_wrong_kind(lin):
    for path, kind in product(FORMS, ("text/plain", "application/x-www-form-urlencoded", "application/xml", "")):
        assert is_problem(send(lin, path, b"a=b", kind), 415)["code"] == "unsupported_media_type"


def test_more_than_64_kilobytes_is_too_much(lin):
    for path, form in FORMS.items():
        raw = json.dumps(form | {"filling": "x" * 65_536}).encode()
        assert is_problem(send(lin, path, raw), 413)["code"] == "too_large", path


COMPANION = {"name": "王助理", "role": "assistant"}
BAD_BOOKINGS = {
    "minutes in words": ({"minutes": "60"}, "minutes", "应为整数"),
    "true minutes": ({"minutes": True}, "minutes", "应为整数"),
    "a part of a minute": ({"minutes": 60.5}, "minutes", "应为整数"),
    "minus": ({"minutes": -60}, "minutes", "不能小于 1"),
    "huge": ({"minutes": 10**30}, "minutes", "不能大于 1440"),
    "fifty minutes": ({"minutes": 50}, "minutes", "可选45、60、90分钟"),
    "no minutes": ({"minutes": None}, "minutes", "应为整数"),
    "slot a number": ({"slot_id": 20261127}, "slot_id", "应为文字"),
    "a long slot": ({"slot_id": "p" * 5000}, "slot_id", "最多 40 个字"),
    "nul": ({"detainee": {"name": "周\0某"}}, "detainee.name", "不能含有不可见字符"),
    "right to left": ({"detainee": {"name": "周\u202e某"}}, "detainee.name", "不能含有不可见字符"),
    "a line break": ({"case_no": "A\nB"}, "case_no", "不能含有不可见字符"),
    "blank": ({"detainee": {"name": "　 "}}, "detainee.name", "至少 1 个字"),
    "a long name": ({"detainee": {"name": "周" * 5000}}, "detainee.name", "最多 60 个字"),
    "nobody": ({"detainee": {}}, "detainee.name", "此项必填"),
    "detainee in words": ({"detainee": "周某"}, "detainee", "应为对象"),
    "a wrong check digit": (
        {"detainee": {"name": "周某", "id_no": "110105194912310021"}},
        "detainee.id_no",
        "身份证号不正确，请核对 18 位号码",
    ),
    "no such birthday": (
        {"detainee": {"name": "周某", "id_no": "110105194913310020"}},
        "detainee.id_no",
        "身份证号不正确，请核对 18 位号码",
    ),
    "an id of a number": (
        {"detainee": {"name": "周某", "id_no": 110105194912310021}},
        "detainee.id_no",
        "应为文字",
    ),
    "more about the detainee": (
        {"detainee": {"name": "周某", "charge": "x"}},
        "detainee.charge",
        "不认识的字段",
    ),
    "a mandate of our own": ({"mandate": "friend"}, "mandate", "只能是以下之一"),
    "no stage": ({"stage": ""}, "stage", "只能是以下之一"),
    "companions in words": ({"companions": "王"}, "companions", "应为数组"),
    "a crowd": ({"companions": [COMPANION] * 6}, "companions", "最多 5 项"),
    "two others": ({"companions": [COMPANION] * 2}, "companions", "助理或翻译不超过1名"),
    "a cousin": ({"companions": [COMPANION | {"role": "cousin"}]}, "companions.0.role", "只能是以下之一"),
    "a short licence": (
        {"companions": [COMPANION | {"licence_no": "123"}]},
        "companions.0.licence_no",
        "执业证号应为 17 位数字",
    ),
}


def test_a_bad_booking_is_refused_field_by_field(lin):
    for name, (changes, field, message) in BAD_BOOKINGS.items():
        told = is_problem(lin.book(**changes), 422)
        assert told["code"] == "invalid", name
        assert [field] == [error["field"] for error in told["errors"]], name
        assert message in told["errors"][0]["message"], name
    assert Booking.select().count() == 0


def test_half_a_surrogate_pair_is_refused(lin):
    raw = json.dumps(a_booking()).replace(json.dumps("周某"), r'"周\ud800"').encode("utf-8", "surrogatepass")
    is_problem(send(lin, "/bookings", raw), 400, 422)


BAD_LICENCES = [
    ("name", ""), ("name", "林" * 61), ("name", ["林"]), ("name", "林\u0007"), ("firm", "所"), ("firm", None),
    ("licence_no", "1310120181012345"), ("licence_no", "1310120181012345A"), ("licence_no", 13101201810123456),
    ("licence_no", "१३१०१२०१८१०१२३४५६"), ("id_no", "110105194912310021"), ("id_no", "x" * 5000),
    ("id_no", "11010519491231002"), ("phone_code", ""), ("phone_code", "a b"), ("phone_code", "码"),
]  # fmt: skip


def test_a_bad_licence_form_is_refused_by_its_field(stranger):
    for field, value in BAD_LICENCES:
        told = is_problem(stranger.bind(**{field: value}), 422)
        assert [error["field"] for error in told["errors"]] == [field], value
    assert Lawyer.select().count() == 0


def test_consents_are_for_our_templates_only(stranger):
    assert stranger.post("/me/consents", {"templates": ["tpl-reminder"]}).status_code == 204
    assert stranger.post("/me/consents", {"templates": ["tpl-reminder", "tpl-reminder"]}).status_code == 204
    assert Consent.get().left == 2
    for templates in (["tpl-other"], [], ["a b"], [1], "tpl-reminder", ["tpl-reminder"] * 6):
        is_problem(stranger.post("/me/consents", {"templates": templates}), 422)
    assert Consent.get().left == 2


BAD_QUESTIONS = [
    "/centres/pudong/slots",
    "/centres/pudong/slots?date=",
    "/centres/pudong/slots?date=27.11.2026",
    "/centres/pudong/slots?date=2026-02-30",
    "/centres/pudong/slots?date=2026-11-27T08:30",
    "/centres/pudong/slots?date=1795708800",
    "/centres/pudong/slots?day=2026-11-27",
    "/centres/pudong/slots?date=%FF",
    "/bookings?limit=0",
    "/bookings?limit=101",
    "/bookings?limit=many",
    "/bookings?limit=1e1",
    "/bookings?state=gone",
    "/bookings?cursor=x",
    "/bookings?cursor=%00",
    "/bookings?cursor=OTk5OS0xMi0zMVQyMzo1OTo1OS0xMjowMCBBQkNEMTIzNA==",
    "/bookings?cursor=MjAyNi0xMS0yNyAwMDAwMDAwMA==",
]


def test_a_bad_question_is_refused(lin):
    for path in BAD_QUESTIONS:
        is_problem(lin.get(path), 422, 404)


NOT_THERE = [
    "/centres/nowhere/days",
    "/centres/%00/days",
    "/centres/PUDONG'--/days",
    "/centres/%FF/slots?date=2026-11-27",
    "/centres/" + "x" * 5000 + "/days",
    "/bookings/unknown",
    "/bookings/%00%00%00%00%00%00%00%00",
    "/bookings/ＡＢＣＤ１２３４",
    "/bookings/ABCD1234/pass",
    "/bookings/ABCD1234/pass.svg",
    "/bookings/ABCD1234/calendar.ics",
    "/docs/../../door.py",
    "/no/such/page",
]


def test_what_is_not_there_is_not_found(lin):
    for path in NOT_THERE:
        assert is_problem(lin.get(path), 404)["code"] == "not_found", path


def test_a_day_far_off_has_no_slots_and_says_no_more(lin):
    for day in ("0001-01-01", "2019-11-27", "2027-01-04", "9999-12-31"):
        assert lin.get(f"/centres/pudong/slots?date={day}").json == {"date": day, "slots": []}


def test_a_wrong_method_names_the_right_ones(lin):
    answer = lin.client.put("/api/v1/bookings", headers={"Authorization": f"Bearer {lin.token}"})
    assert is_problem(answer, 405)["code"] == "method_not_allowed"
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_head_and_options_behave(lin):
    own = {"Authorization": f"Bearer {lin.token}"}
    head = lin.client.head("/api/v1/centres", headers=own)
    assert (head.status_code, head.data) == (200, b"")
    assert lin.client.options("/api/v1/bookings").status_code == 200


def test_a_bug_is_a_problem_too_and_tells_nothing(app, lin, monkeypatch, caplog):
    app.testing = False
    monkeypatch.setattr("wechat.api.centres._told", lambda centre: 1 / 0)
    told = is_problem(lin.get("/centres"), 500)
    assert told["code"] == "internal"
    assert "division" not in str(told)
    assert "ZeroDivisionError" in caplog.text
