"""Rule 7, silence: a right and a wrong guess at who is held get the same answers, byte for byte but for reference and
times, from the booking to the system's decision, in the mini-program and by SMS."""

import re
from dataclasses import replace
from datetime import time, timedelta

import pytest

from booking.review import decisions
from booking.words import NOT_VERIFIED_IN_TIME
from clock import at
from models import Booking, Change, Notice
from sandbox.world.cast import invented_id_no
from tests.booking.conftest import FRIDAY
from tests.wechat.conftest import LIN, SHEN, on_the_roll
from tests.wechat.test_silence import NUMBER, in_custody

HELD, NOBODY, PLAIN = "陶某演", "查某演", "邹某演"
PLAINS_NUMBER, THIRDS = "310101199001010012", "440524188001010014"
DEADLINE = at(FRIDAY - timedelta(days=1), time(18))
THIRD = replace(
    LIN, name="第三人", licence_no="13101201710000009", openid="oThird", phone="13700137009", id_no=invented_id_no(9)
)


@pytest.fixture
def defender(phone_of, desk):
    """Somebody held here in a case that needs a permit, whom another lawyer meets at that very time."""
    in_custody(desk, HELD, NUMBER, permit_case=True, case_no="（2026）沪01刑初1号")
    on_the_roll(THIRD)
    phone = phone_of(THIRD)
    phone.sign_in()
    phone.bind()
    ref = phone.book(detainee={"name": HELD, "id_no": NUMBER}, permit_no="沪安许1号").json["ref"]
    decisions.approve(decisions.SYSTEM, desk.now(), ref)
    return phone


def asks(phone, clock, name, **person):
    """All that somebody who guesses can see of it: answers whole, and what he is told by SMS."""
    told = [phone.book(detainee={"name": name, **person}), phone.book(detainee={"name": name, **person})]
    ref = told[0].json["ref"]
    told += [phone.book("key-2", detainee={"name": name, **person})]  # once more
    told += [phone.get(path) for path in (f"/bookings/{ref}", "/bookings", f"/bookings/{ref}/calendar.ics")]
    told += [phone.get(f"/bookings/{ref}/pass"), phone.get("/centres/pudong/slots?date=2026-11-27"), phone.get("/me")]
    return ref, [plainly(ref, name, phone, answer) for answer in told]


def plainly(ref, name, phone, answer):
    """Status, headers and body, without what is another's by nature."""
    text = f"{answer.status}\n{sorted(answer.headers.items())}\n{answer.text}"
    for own, word in ((ref, "REF"), (name, "NAME"), (phone.person.name, "LAWYER"), (phone.person.firm, "FIRM"),
                      (phone.person.licence_no, "LICENCE"), (f"{phone.person.phone[:3]}****", "PHONE")):  # fmt: skip
        text = text.replace(own, word)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.+]+|\d{8}T\d{6}Z?", "TIME", text)
    text = re.sub(r"PHONE\d{4}|'X-Request-Id', '[0-9a-f]+'|\"request_id\":\"[0-9a-f]+\"", "", text)
    # Of two who book one books after the other, so that less remains; the length is that of the body, which is compared.
    return re.sub(r"\"remaining\":\d+|'Content-Length', '\d+'", "", text)


def sms(phone, ref):
    found = Notice.select().where(Notice.booking == ref).order_by(Notice.id)
    return [(notice.kind, str(notice.words).replace(ref, "REF")) for notice in found]


def bound(phone_of):
    phones = []
    for person in (LIN, SHEN):
        on_the_roll(person)
        phone = phone_of(person)
        phone.sign_in()
        phone.bind()
        phones.append(phone)
    return phones


@pytest.fixture
def two(phone_of, defender):
    return bound(phone_of)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [((HELD, {}), (NOBODY, {})), ((HELD, {"id_no": NUMBER}), (NOBODY, {"id_no": NUMBER})),
     ((HELD, {"id_no": NUMBER}), (NOBODY, {"id_no": "440524188001010014"})), ((HELD, {}), (HELD, {"custody_no": "9"}))],
)  # fmt: skip
def test_before_any_decision_and_after_that_of_the_system(two, desk, clock, right, wrong):
    """Of somebody whom another meets at that time the deadline can say nothing but no; of who it could confirm, below."""
    one, first = asks(two[0], clock, right[0], **right[1])
    other, second = asks(two[1], clock, wrong[0], **wrong[1])
    assert first == second
    assert sms(two[0], one) == sms(two[1], other)
    clock.moment = at(FRIDAY, clock().time().replace(hour=7, minute=0))  # after the deadline, before the meeting
    decisions.decide_due(desk)
    assert {Booking.get_by_id(ref).state for ref in (one, other)} == {"rejected"}
    after = [
        [
            plainly(ref, who, phone, phone.get(path))
            for path in (f"/bookings/{ref}", "/bookings", f"/bookings/{ref}/pass")
        ]
        for ref, (who, _), phone in ((one, right, two[0]), (other, wrong, two[1]))
    ]
    assert after[0] == after[1]
    assert sms(two[0], one) == sms(two[1], other) and len(sms(two[0], one)) == 2


@pytest.fixture
def plain(phone_of, desk):
    """Two who guess at somebody held here whom nobody has met or asks for, in a case that needs no permit: nothing but
    the guess itself is in the way of a yes."""
    in_custody(desk, PLAIN, PLAINS_NUMBER)
    return bound(phone_of)


def told_of(phone, ref, name):
    """What can be seen of a booking from now on: answers whole, when which step was, and what he is told by SMS."""
    paths = (f"/bookings/{ref}", "/bookings", f"/bookings/{ref}/pass", f"/bookings/{ref}/calendar.ics", "/me")
    history = phone.get(f"/bookings/{ref}").json["history"]
    return [plainly(ref, name, phone, phone.get(path)) for path in paths], history, sms(phone, ref)


def decided(desk, clock, moment):
    """The system's turn at that moment; how many it decides."""
    clock.moment = moment
    return decisions.decide_due(desk)


# Rule 7: alike until a decision. A decision may tell yes or no: a right guess that the deadline confirms is the next
# test's. Here are those that end in a no, and a no of the deadline is one sentence at one moment, whatever its cause.
@pytest.mark.parametrize(
    ("right", "wrong"),
    [((PLAIN, {}), (NOBODY, {})), ((PLAIN, {}), (PLAIN, {"custody_no": "9"})),
     ((NOBODY, {"id_no": PLAINS_NUMBER}), (NOBODY, {"id_no": THIRDS}))],
)  # fmt: skip
def test_a_no_of_the_deadline_is_the_same_whoever_is_held(plain, desk, clock, right, wrong):
    one, first = asks(plain[0], clock, right[0], **right[1])
    other, second = asks(plain[1], clock, wrong[0], **wrong[1])
    assert first == second
    for moment, many in ((DEADLINE - timedelta(seconds=1), 0), (DEADLINE, 2)):
        assert decided(desk, clock, moment) == many
        told = told_of(plain[0], one, right[0])
        assert told == told_of(plain[1], other, wrong[0])
        assert len(told[1]) == len(told[2]) == (2 if many else 1)
    assert {Booking.get_by_id(ref).state for ref in (one, other)} == {"rejected"}
    causes = {change.why for change in Change.select().where(Change.to_state == "rejected")}
    assert len(causes) == 2  # as officers read them: were they told, they would differ


def test_the_deadline_may_tell_yes_from_no_and_nothing_before_it(plain, desk, clock):
    """Who is held in the test before can be confirmed: not he is the cause of the no there, but the guess."""
    one, first = asks(plain[0], clock, PLAIN, id_no=PLAINS_NUMBER)
    other, second = asks(plain[1], clock, NOBODY, id_no=THIRDS)
    assert first == second
    assert decided(desk, clock, DEADLINE - timedelta(seconds=1)) == 0
    assert told_of(plain[0], one, PLAIN) == told_of(plain[1], other, NOBODY)
    assert decided(desk, clock, DEADLINE) == 2
    yes, no = plain[0].get(f"/bookings/{one}").json, plain[1].get(f"/bookings/{other}").json
    assert (yes["state"], no["state"], no["decision_reason"]) == ("confirmed", "rejected", NOT_VERIFIED_IN_TIME)
    assert {key for key in yes if yes[key] != no[key]} - {"ref", "detainee_name"} == {
        "state", "decision_reason", "history"
    }  # fmt: skip
    assert yes["history"][-1]["at"] == no["history"][-1]["at"]


def test_what_differs_is_seen(two, desk, clock):
    """The control: where the answers did hold what officers see, the comparison would tell."""
    (one, _), (other, _) = asks(two[0], clock, HELD, id_no=NUMBER), asks(two[1], clock, NOBODY)
    seen = [Booking.get_by_id(ref).findings for ref in (one, other)]
    assert seen[0] != seen[1] and all(seen)
    changed = plainly(one, HELD, two[0], two[0].get(f"/bookings/{one}")).replace(
        '"findings":[]', f'"findings":{seen[0]}'
    )
    assert changed != plainly(other, NOBODY, two[1], two[1].get(f"/bookings/{other}"))
