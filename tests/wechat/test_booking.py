"""A booking through the door: made once, shown, listed, cancelled; and who is turned away."""

from datetime import time, timedelta

import pytest

from booking.record.actor import Actor
from booking.review import decisions
from models import Booking, Change, Lawyer, Strike
from tests.booking.conftest import FRIDAY, SLOT, add_slot
from tests.wechat.conftest import LIN, SHEN, on_the_roll


def test_a_booking_is_answered_in_full(lin):
    answer = lin.book(detainee={"name": "周某", "id_no": "440524188001010014"}, case_no="A123")
    assert answer.status_code == 201
    told = answer.json
    assert (told["state"], told["centre"], told["minutes"]) == ("submitted", "pudong", 60)
    assert told["detainee_name"] == "周某"
    assert told["cancel_free_until"] == "2026-11-26T08:30:00+08:00"
    assert told["slot"] | {"reason": ""} == {
        "id": SLOT,
        "centre": "pudong",
        "date": "2026-11-27",
        "starts_at": "2026-11-27T08:30:00+08:00",
        "ends_at": "2026-11-27T10:00:00+08:00",
        "seats": 12,
        "remaining": 11,
        "lengths": [45, 60, 90],
        "bookable": True,
        "reason": "",
    }
    assert told["history"] == [{"at": "2026-11-24T09:00:00+08:00", "from": None, "to": "submitted", "by": "lawyer"}]


def test_the_same_key_gets_the_same_answer_and_no_second_booking(lin):
    first, again = lin.book(), lin.book()
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert Booking.select().count() == 1


def test_a_lawyer_suspended_since_still_gets_the_answer_of_then(lin, clock):
    booked = lin.book()
    Lawyer.update(suspended_until=clock() + timedelta(days=90)).execute()
    again = lin.book()
    assert (again.status_code, again.json) == (200, booked.json)
    assert lin.book(key="key-2").json["code"] == "suspended"
    assert lin.book(minutes=90).json["code"] == "idempotency_mismatch"


def test_the_same_key_typed_differently_is_the_same(lin):
    first = lin.book(detainee={"name": "周某", "id_no": "11010519491231002X"})
    again = lin.book(detainee={"name": " 周某", "id_no": "11010519491231002ｘ"}, companions=[], permit_no=None)
    assert again.status_code == 200
    assert again.json == first.json


def test_the_same_key_for_something_else_is_refused(lin):
    lin.book()
    other = lin.book(minutes=45)
    assert (other.status_code, other.json["code"]) == (422, "idempotency_mismatch")


def test_without_a_key_nothing_is_booked(lin):
    answer = lin.book(key="")
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_missing")
    for key in ("a b", "k" * 256, "键"):
        answer = lin.client.post(
            "/api/v1/bookings", data=b"{}", headers={"Authorization": f"Bearer {lin.token}"},
            environ_overrides={"HTTP_IDEMPOTENCY_KEY": key.encode().decode("latin-1"), "CONTENT_TYPE": "application/json"},
        )  # fmt: skip
        assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert Booking.select().count() == 0


def test_who_has_bound_nothing_is_not_verified(stranger):
    answer = stranger.book()
    assert (answer.status_code, answer.json["code"]) == (403, "not_verified")


def test_who_waits_for_an_officer_is_not_verified(stranger):
    stranger.bind()
    assert stranger.book().json["code"] == "not_verified"


def test_a_suspended_lawyer_is_told_until_when_even_where_nothing_is_left(lin, clock):
    until = clock() + timedelta(days=90)
    Lawyer.update(suspended_until=until).execute()
    answer = lin.book()
    assert (answer.status_code, answer.json["code"]) == (403, "suspended")
    assert answer.json["suspended_until"] == "2027-02-22T09:00:00+08:00"
    assert "2027年2月22日" in answer.json["detail"]
    clock.move(days=91)
    assert lin.get("/me").json["standing"]["suspended_until"] is None


def test_a_full_slot_names_the_nearest(lin, phone_of):
    add_slot("pudong", FRIDAY, time(10), seats=3)
    only = add_slot("pudong", FRIDAY, time(13, 30), seats=1).id
    on_the_roll(SHEN)
    shen = phone_of(SHEN)
    shen.sign_in()
    shen.bind()
    assert shen.book(slot_id=only).status_code == 201
    answer = lin.book(slot_id=only)
    assert (answer.status_code, answer.json["code"]) == (409, "slot_full")
    assert [slot["id"] for slot in answer.json["nearest"]] == ["pudong-20261127-1000", SLOT]


@pytest.mark.parametrize(
    ("slot_id", "status", "code"),
    [
        ("qingpu-20261127-0830", 404, "not_found"),
        ("pudong-20261127-0831", 404, "not_found"),
        ("pudong-20269927-0830", 404, "not_found"),
        ("nonsense", 404, "not_found"),
    ],
)
def test_a_slot_that_is_none_is_not_found(lin, slot_id, status, code):
    answer = lin.book(slot_id=slot_id)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_my_bookings_are_mine_alone(lin, phone_of):
    ref = lin.book().json["ref"]
    on_the_roll(SHEN)
    shen = phone_of(SHEN)
    shen.sign_in()
    shen.bind()
    assert shen.get("/bookings").json == {"bookings": [], "next": None}
    for path in (f"/bookings/{ref}", f"/bookings/{ref}/pass", f"/bookings/{ref}/calendar.ics"):
        assert shen.get(path).status_code == 404
    assert shen.post(f"/bookings/{ref}/cancellation", {}).status_code == 404
    assert lin.get(f"/bookings/{ref}").json["state"] == "submitted"


def test_a_reference_may_be_said_in_small_letters(lin):
    ref = lin.book().json["ref"]
    assert lin.get(f"/bookings/{ref.lower()}").json["ref"] == ref


def test_bookings_come_in_pages(lin):
    refs = some_bookings(5)
    first = lin.get("/bookings?limit=2").json
    second = lin.get("/bookings", query_string={"limit": "2", "cursor": first["next"]}).json
    third = lin.get("/bookings", query_string={"limit": "2", "cursor": second["next"]}).json
    assert third["next"] is None
    pages = first["bookings"] + second["bookings"] + third["bookings"]
    assert [booking["ref"] for booking in pages] == refs[::-1]


def test_bookings_of_one_state_only(lin):
    some_bookings(3)
    assert len(lin.get("/bookings?state=submitted").json["bookings"]) == 3
    assert lin.get("/bookings?state=done").json["bookings"] == []


def test_a_long_list_asks_no_more_questions_than_a_short_one(lin, desk, queries):
    desk.board._plans._seconds = 60  # or the board may look at its plan anew in between

    def questions() -> int:
        queries.clear()
        assert lin.get("/bookings").status_code == 200
        return len(queries)

    some_bookings(1)
    lin.get("/bookings")
    short = questions()
    some_bookings(15, start=1)
    assert questions() == short


def test_cancelling_in_time_is_free_and_repeats_itself(lin):
    ref = lin.book().json["ref"]
    first = lin.post(f"/bookings/{ref}/cancellation", {"reason": "改期"})
    again = lin.client.post(f"/api/v1/bookings/{ref}/cancellation", headers={"Authorization": f"Bearer {lin.token}"})
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json["state"] == again.json["state"] == "cancelled"
    assert [step["to"] for step in again.json["history"]] == ["submitted", "cancelled"]
    assert Strike.select().count() == 0


def test_cancelling_late_costs_a_strike_and_is_said_before(lin, clock):
    ref = lin.book().json["ref"]
    clock.move(days=2)
    asked = lin.post(f"/bookings/{ref}/cancellation", {})
    assert (asked.status_code, asked.json["code"]) == (409, "late_cancellation")
    assert "计爽约" in asked.json["detail"]
    done = lin.post(f"/bookings/{ref}/cancellation", {"accept_strike": True})
    assert done.json["state"] == "cancelled"
    standing = lin.get("/me").json["standing"]
    assert standing["left"] == 2
    assert [(strike["kind"], strike["state"], strike["booking"]) for strike in standing["strikes"]] == [
        ("late_cancellation", "standing", ref)
    ]


def test_a_strike_can_be_appealed_once_and_by_its_lawyer_only(lin, clock, stranger):
    ref = lin.book().json["ref"]
    clock.move(days=2)
    lin.post(f"/bookings/{ref}/cancellation", {"accept_strike": True})
    strike = lin.get("/me").json["standing"]["strikes"][0]["id"]
    assert stranger.post(f"/strikes/{strike}/appeal", {"reason": "不是我"}).status_code == 404
    assert lin.post(f"/strikes/{strike}/appeal", {"reason": "传票\x00"}).json["code"] == "invalid"
    appealed = lin.post(f"/strikes/{strike}/appeal", {"reason": "开庭时间冲突，\n有传票为证"})
    assert (appealed.status_code, appealed.json["appealed_at"]) == (201, "2026-11-26T09:00:00+08:00")
    assert lin.post(f"/strikes/{strike}/appeal", {"reason": "再次"}).json["code"] == "wrong_state"
    for nonsense in ("0", "999999", "abc", "9" * 30, "1%00"):
        assert lin.post(f"/strikes/{nonsense}/appeal", {"reason": "x"}).status_code == 404


def test_which_officer_decided_is_the_centres_affair(lin, desk):
    ref = lin.book().json["ref"]
    decisions.reject(desk, Actor("reviewer.zhao"), ref, "委托手续不全")
    told = lin.get(f"/bookings/{ref}").json
    assert (told["state"], told["decision_reason"]) == ("rejected", "委托手续不全")
    assert "zhao" not in str(told)
    assert told["history"][-1]["by"] == "officer"


def some_bookings(many: int, start: int = 0) -> list[str]:
    """Bookings of Lin's, a slot each, later and later; their references."""
    lawyer = Lawyer.of_openid(LIN.openid)
    from models.bookings import seal_detainee

    refs = []
    for number in range(start, start + many):
        slot = add_slot("pudong", FRIDAY + timedelta(days=7 + number), time(8, 30))
        ref = f"REF0000{'0123456789ABCDEF'[number]}"
        refs.append(ref)
        Booking.create(
            ref=ref, lawyer=lawyer, centre="pudong", slot=slot, starts_at=slot.starts_at, ends_at=slot.ends_at,
            minutes=60, state="submitted", active=1, detainee_key=f"{number}", mandate="entrusted", stage="trial",
            detainee_sealed=seal_detainee(ref, {"name": "周某"}), created_at=slot.starts_at,
        )  # fmt: skip
        Change.create(booking=ref, at=slot.starts_at, to_state="submitted", by="lawyer")
    return refs


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"document": "passport", "id_no": "e 123-45678"}, 201),
        ({"custody_no": "2026031208"}, 201),
        ({"document": "unknown"}, 201),
        ({"id_no": "12345678"}, 201),
        ({"document": "id_card", "id_no": "12345678"}, 422),
        ({"document": "visa", "id_no": "12345678"}, 422),
        ({"custody_no": ""}, 422),
        ({"custody_no": "9" * 31}, 422),
    ],
)
def test_a_person_is_named_by_what_the_person_has(lin, said, status):
    answer = lin.book(detainee={"name": "无名氏01"} | said)
    assert answer.status_code == status, answer.json
    if status == 422:
        (error,) = answer.json["errors"]
        assert error["field"] == f"detainee.{'document' if said.get('document') == 'visa' else list(said)[-1]}"
