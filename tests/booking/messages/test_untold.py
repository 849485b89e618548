"""What could not be told: to whom, why, and off the list by telephone."""

from datetime import timedelta

import pytest

from booking.messages import untold
from booking.paging import Position
from booking.record.actor import Actor
from models import Audit, Booking, Centre, Lawyer, Notice, Slot
from sms import outbox


@pytest.fixture
def failed(drop, watch):
    """A notice that certainly did not arrive."""

    def made(ref="7K3MPQ2X", state="failed", **columns):
        notice = drop(ref=ref)
        given = {"state": state, "code": "MOBILE_NOT_ON_SERVICE"} | columns
        Notice.update(**given).where(Notice.id == notice.id).execute()
        return Notice.get_by_id(notice.id)

    return made


@pytest.fixture
def since(watch):
    return watch() - timedelta(days=30)


@pytest.fixture
def booked(chen, watch):
    """A booking of Chen's at a centre, with this reference."""

    def made(ref, centre):
        now = watch()
        Centre.get_or_create(code=centre, defaults={"name": centre, "address": "", "created_at": now})
        slot, _ = Slot.get_or_create(id=f"{centre}-{ref}", defaults={
            "centre": centre, "date": now.date(), "starts_at": now, "ends_at": now, "seats": 1, "window_seats": 1,
        })  # fmt: skip
        Booking.create(ref=ref, lawyer=chen.id, centre=centre, slot=slot.id, starts_at=now, ends_at=now, minutes=60,
                       state="confirmed", active=1, detainee_key="k", detainee_sealed="", mandate="entrusted",
                       stage="trial", created_at=now)  # fmt: skip

    return made


def ids(notices):
    return [notice.id for notice in notices]


def test_a_centre_has_those_about_its_bookings_and_the_bureau_all(failed, booked, since):
    booked("PUDPUDPU", "pudong")
    booked("QQQQQQQQ", "qingpu")
    one, other = failed("PUDPUDPU"), failed("QQQQQQQQ", state="unknown")
    failed("PUDPUDP2", state="sent")
    assert ids(untold.untold_of("pudong", untold.UNTOLD, since)) == [one.id]
    assert ids(untold.untold_of(None, untold.UNTOLD, since)) == [other.id, one.id]
    assert untold.counts("pudong", since) == {"failed": 1, "unknown": 0}
    assert untold.counts(None, since) == {"failed": 1, "unknown": 1}
    assert untold.untold_of(None, untold.UNTOLD, since)[0].lawyer.name == "陈思远"


def test_what_concerns_a_lawyer_alone_is_with_the_centres_he_has_bookings_at(chen, booked, watch, since):
    booked("PUDPUDPU", "pudong")
    outbox.post("suspended", "lawyer-1:suspended:1", chen.id, None, {"until": "2027年1月1日"}, watch())
    Notice.update(state="failed").execute()
    assert len(untold.untold_of("pudong", ["failed"], since)) == 1
    assert untold.untold_of("qingpu", ["failed"], since) == []


def test_it_is_paged_and_old_ones_are_left_out(failed, since, watch):
    made = [failed(f"PAGEPAG{n}") for n in range(5)]
    Notice.update(created_at=since - timedelta(days=1)).where(Notice.id == made[0].id).execute()
    seen, place = [], None
    while page := untold.untold_of(None, untold.UNTOLD, since, place, 2):
        seen += ids(page)
        place = Position(page[-1].created_at, page[-1].id)
    assert seen == ids(made[:0:-1])


def test_told_by_telephone_it_leaves_the_list_once_and_says_who(failed, since, watch, asking):
    notice = failed()
    assert untold.told_by_phone(Actor("gate-pudong"), watch(), notice.id)
    assert not untold.told_by_phone(Actor("gate-wang"), watch(), notice.id)
    assert untold.untold() == untold.untold_of(None, untold.UNTOLD, since) == []
    row = Notice.get_by_id(notice.id)
    assert (row.told_by, row.state) == ("gate-pudong", "failed")
    assert [(a.who, a.what, a.subject) for a in Audit.select()] == [
        ("gate-pudong", "notice.told_by_phone", f"notice:{notice.id}")
    ]
    assert untold.resend(Actor("gate-pudong"), notice.id, asking) == "failed"  # nothing more goes out


@pytest.mark.parametrize("state", untold.UNTOLD)
def test_a_number_nobody_can_open_is_an_answer_and_not_an_error(failed, asking, state):
    notice = failed(state=state)
    Lawyer.update(phone_sealed="gone00.AAAA").execute()
    assert untold.resend(Actor("gate-pudong"), notice.id, asking) == "unreadable"
    assert Notice.get_by_id(notice.id).state == state
    assert not Audit.select().exists()


def test_the_reason_is_in_plain_words(failed):
    assert untold.why(failed()) == "号码停机或空号"
    assert untold.why(failed("PROBLEM1", problem="查无记录")) == "查无记录"
    assert untold.why(failed("PROBLEM2", code=None)) == ""
