"""What ends a lawyer's standing ends it at once, in every process: nothing of his is shown or changed any more."""

from datetime import timedelta

import pytest

import clock
from booking.lawyers import licences
from booking.record.actor import Actor
from booking.review import decisions
from models import Booking, Lawyer, Session
from tests.wechat.conftest import LIN
from wechat.api import visitors

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def ref(lin, desk, monkeypatch):
    """Confirmed, and the session well remembered: as by another process, just before."""
    monkeypatch.setattr(visitors, "REMEMBERED_S", 30)
    ref = lin.book().json["ref"]
    decisions.approve(Actor("reviewer.zhao"), desk.now(), ref)
    assert lin.get(f"/bookings/{ref}").status_code == 200
    return ref


def unbind(desk):
    licences.unbind(Actor("chief.wang"), desk.now(), Lawyer.of_openid(LIN.openid).id, "手机遗失")


def test_after_unbinding_the_old_phone_sees_and_changes_nothing(lin, desk, ref):
    unbind(desk)
    assert lin.get("/bookings").json["bookings"] == []
    for path in (f"/bookings/{ref}", f"/bookings/{ref}/pass", f"/bookings/{ref}/calendar.ics"):
        assert lin.get(path).status_code == 404, path
    assert lin.post(f"/bookings/{ref}/cancellation", {}).status_code == 404
    assert Booking.get_by_id(ref).state == "confirmed"


def test_after_unbinding_the_old_phone_books_nothing_in_the_lawyers_name(lin, desk, ref, phone_of):
    unbind(desk)
    Lawyer.update(state="verified", openid="oAnotherPhone00000000000001").execute()  # bound anew elsewhere
    answer = lin.book("key-2")
    assert (answer.status_code, answer.json["code"]) == (403, "not_verified")
    assert Booking.select().count() == 1


def test_a_session_that_ended_in_sql_alone_is_ended(lin, desk, ref):
    """As while Redis was away."""
    Session.update(revoked_at=desk.now()).execute()
    assert lin.get(f"/bookings/{ref}").status_code == 401
    assert lin.post(f"/bookings/{ref}/cancellation", {}).status_code == 401


def test_a_session_that_ended_in_sql_alone_books_nothing(lin, desk, ref):
    """However well the door remembers it: the sitting asks again. Its answer of before is not told either."""
    Session.update(revoked_at=desk.now()).execute()
    for key in ("key-2", "the-key"):
        assert lin.book(key).status_code == 401
    assert Booking.select().count() == 1


def test_a_session_that_has_run_out_books_nothing(lin, desk, ref):
    Session.update(expires_at=desk.now()).execute()
    assert lin.book("key-2").status_code == 401
    assert Booking.select().count() == 1


def test_what_is_everybodys_may_still_be_looked_at_for_a_moment(lin, desk, ref):
    unbind(desk)
    assert lin.get("/centres/pudong/days").status_code == 200


def test_of_one_identity_the_newest_ten_sessions_last(lin, phone_of):
    old = lin.token
    Session.update(created_at=clock.now() - timedelta(days=400)).execute()
    for _ in range(visitors.MOST_SESSIONS):
        lin.sign_in()
    new, lin.token = lin.token, old
    assert lin.get("/me").status_code == 401
    lin.token = new
    assert lin.get("/me").status_code == 200
    assert Session.select().where(Session.revoked_at.is_null()).count() == visitors.MOST_SESSIONS
