"""What ends a session or a standing is seen by every process within two seconds in looks and *full*, elsewhere at once."""

import ast
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import clock
from booking.lawyers import licences, standing
from booking.lawyers.changes import take_over
from booking.policy import Policy
from booking.record.actor import Actor
from booking.roll.follows import Follows, refuse
from models import Booking, Lawyer, Session, database
from tests.wechat.hot.conftest import Door
from tests.wechat.hot.test_alike import is_full
from wechat.api.hot import roster as hot_roster
from wechat.api.hot.roster import FRESH_SECONDS, LOOK_SECONDS, Roster
from wechat.api.visitors import hash_of as token_hash

ROOT = Path(__file__).resolve().parents[3]
CHIEF = Actor("chief.wang")
DAYS = "/centres/pudong/days"


def roster_of(door: Door) -> Roster:
    found: Roster = door.hot._roster
    return found


def a_second_later(door: Door) -> None:
    """As if the last look were a second old: the next one who comes looks again."""
    roster_of(door)._looked -= LOOK_SECONDS
    roster_of(door)._tried -= LOOK_SECONDS


def unbound(lawyer: Lawyer) -> None:
    licences.unbind(CHIEF, clock.now(), lawyer.id, "手机遗失")


def taken_over(lawyer: Lawyer) -> None:
    take_over(lawyer, "oAnotherPhone00000000000001", clock.now())


def suspended(lawyer: Lawyer) -> None:
    standing._suspend(lawyer.id, Policy(), clock.now())


def barred_by_the_roll(lawyer: Lawyer) -> None:
    refuse([Follows(lawyer.id, lawyer.licence_no, "revoked", [])])


@pytest.mark.parametrize("what", [unbound, taken_over, suspended, barred_by_the_roll])
def test_who_may_book_no_more_is_not_told_full(door: Door, what: Any):
    """Until the next look he is: the control."""
    assert is_full(door.both(door.book)[0])
    with database.atomic():
        what(Lawyer.get_by_id(door.lawyers[0]))
    assert is_full(door.both(door.book)[0])
    a_second_later(door)
    hot, slow = door.both(door.book)
    assert hot is None
    assert slow[0] == "403 FORBIDDEN"


@pytest.mark.parametrize("what", [unbound, taken_over, suspended, barred_by_the_roll])
def test_who_may_book_no_more_books_nothing_from_that_moment_on(door: Door, what: Any):
    assert door.both(door.book)[0]
    with database.atomic():
        what(Lawyer.get_by_id(door.lawyers[0]))
    before = Booking.select().count()
    answer = door.book(door.form(slot_id=door.free), key="never")
    assert answer.status_code == 403
    assert Booking.select().count() == before


def revoke(door: Door) -> None:
    """As another process does it, with Redis away: only SQL knows."""
    Session.update(revoked_at=clock.now()).where(Session.token_hash == token_hash(door.token)).execute()


def test_an_ended_session_looks_for_two_seconds_at_most(door: Door):
    assert door.both(lambda: door.get(DAYS))[0]
    revoke(door)
    assert door.both(lambda: door.get(DAYS))[0]
    a_second_later(door)
    door.app.extensions["huijian"].redis.flushdb()  # there the slow way remembers him for two seconds
    hot, slow = door.both(lambda: door.get(DAYS))
    assert hot is None
    assert slow[0] == "401 UNAUTHORIZED"
    assert door.book().status_code == 401


def test_signing_out_is_seen_at_once_where_it_happened(door: Door):
    assert door.both(lambda: door.get(DAYS))[0]
    door.ask("DELETE", "/session", None)
    assert door.both(lambda: door.get(DAYS))[0] is None
    assert door.book(door.form(slot_id=door.free), key="never").status_code == 401


def test_the_control_without_the_question_for_what_changed_nothing_is_seen(door: Door, monkeypatch):
    monkeypatch.setattr(Roster, "_look", lambda roster, now: None)
    assert door.both(lambda: door.get(DAYS))[0]
    revoke(door)
    unbound(Lawyer.get_by_id(door.lawyers[0]))
    a_second_later(door)
    assert door.both(lambda: door.get(DAYS))[0]
    assert door.both(door.book)[0]


def test_a_roster_that_could_not_look_is_not_used(door: Door, monkeypatch):
    def fail(roster: Roster, now: object) -> None:
        raise OSError("the database is away")

    assert door.both(lambda: door.get(DAYS))[0]
    with monkeypatch.context() as patch:
        patch.setattr(Roster, "_look", fail)
        a_second_later(door)
        assert door.both(lambda: door.get(DAYS))[0] is None  # who looked in vain
        assert door.both(lambda: door.get(DAYS))[0]  # the others, for a second more
        roster_of(door)._looked -= FRESH_SECONDS - LOOK_SECONDS
        hot, slow = door.both(lambda: door.get(DAYS))
        assert hot is None
        assert slow[0] == "200 OK"
    a_second_later(door)
    assert door.both(lambda: door.get(DAYS))[0]


def test_what_was_written_long_before_it_was_committed_is_seen(door: Door):
    """A transaction that began 50 seconds ago, and one that began while nobody came by."""
    assert door.both(door.book)[0]
    unbind_at = clock.now() - timedelta(seconds=50)
    licences.unbind(CHIEF, unbind_at, door.lawyers[0], "")
    a_second_later(door)
    assert door.both(door.book)[0] is None


def test_all_who_are_signed_in_are_loaded_by_those_who_come_by(door: Door, monkeypatch, queries):
    monkeypatch.setattr(hot_roster, "PAGE", 3)
    tokens = [door.token_of(lawyer) for lawyer in door.lawyers]
    roster = Roster()
    for _ in range(10):
        roster.find(tokens[0], clock.now())
    assert roster._is_whole
    asked = len(queries)
    assert all(roster.find(token, clock.now()) for token in tokens)
    assert len(queries) == asked


def test_where_there_is_room_for_no_more_all_is_forgotten_and_asked_for(door: Door, monkeypatch):
    monkeypatch.setattr(hot_roster, "MOST", 5)
    for seconds in ("LOOK_SECONDS", "FRESH_SECONDS"):
        monkeypatch.setattr(hot_roster, seconds, 60)  # however slow the machine is
    monkeypatch.setattr(hot_roster, "PAGE", 3)
    tokens = [door.token_of(lawyer) for lawyer in door.lawyers]
    roster = Roster()
    for token in tokens * 2:
        assert roster.find(token, clock.now())
        assert len(roster._sessions) <= 5 + 3


def test_one_person_moved_between_two_rows_is_the_new_one(door: Door):
    """The old row is let go and the new one taken in one transaction: told in either order."""
    roster, (one, other) = Roster(), door.lawyers[:2]
    person = roster.find(door.token, clock.now())
    openid = Lawyer.get_by_id(one).openid
    rows = [(one, None, "refused", None), (other, openid, "verified", None)]
    for order in (rows, rows[::-1]):
        roster._lawyer_is(one, openid, "verified", None)
        for row in order:
            roster._lawyer_is(*row)
        assert person is not None
        assert person.standing.lawyer_id == other


def test_whoever_changes_a_lawyer_says_when():
    """The roster asks for what is new by `updated_at`."""
    silent = []
    for path in sorted(ROOT.rglob("*.py")):
        room = path.relative_to(ROOT).parts[0]
        if room.startswith(".") or room in ("tests", "models", "var"):
            continue
        text = path.read_text("utf-8")
        silent += [f"{path.name}:{call.lineno}" for call in _updates(text) if not _says_when(call, text)]
    assert not silent
    control = 'Lawyer.update(state="refused").where(Lawyer.id == 1).execute()'
    assert [call for call in _updates(control) if not _says_when(call, control)]


def _updates(text: str) -> list[ast.Call]:
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return [call for call in calls if ast.unparse(call.func) == "Lawyer.update"]


def _says_when(call: ast.Call, text: str) -> bool:
    """In the call, or in the columns that are made elsewhere in the file."""
    by_name = {keyword.arg for keyword in call.keywords}
    return "updated_at" in by_name or (by_name == {None} and '"updated_at"' in text)
