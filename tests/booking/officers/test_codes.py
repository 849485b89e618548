"""One-time codes: used once, for one purpose, in time."""

import threading

import pytest

from booking.officers import codes
from booking.record.actor import Actor
from models import Audit, Officer, OfficerCode, database
from refusals import Invalid, WrongState


@pytest.fixture
def officer(world, clock):
    return Officer.create(account="chen", name="陈某", role="gate", centre="pudong", created_at=clock())


def test_a_code_says_once_which_officer_it_is_of(officer, clock):
    code = codes.issue(Actor("chief"), clock(), officer, "bind")
    assert len(code) == 8
    assert codes.redeem(code, "bind", clock()) == officer
    with pytest.raises(Invalid):
        codes.redeem(code, "bind", clock())


def test_a_code_is_understood_as_it_is_said(officer, clock, monkeypatch):
    monkeypatch.setattr(codes.secrets, "choice", lambda _: "0")
    code = codes.issue(Actor("chief"), clock(), officer, "bind")
    assert code == "00000000"
    assert codes.redeem(" oooo-0000 ", "bind", clock()) == officer


@pytest.mark.parametrize(("kind", "minutes"), [("bind", 10), ("sign_in", 24 * 60)])
def test_a_code_runs_out(officer, clock, kind, minutes):
    code = codes.issue(Actor("chief"), clock(), officer, kind)
    clock.move(minutes=minutes - 1)
    assert codes.waiting(officer, kind, clock())
    clock.move(minutes=1)
    assert codes.waiting(officer, kind, clock()) is None
    with pytest.raises(Invalid):
        codes.redeem(code, kind, clock())


def test_a_code_is_good_for_its_purpose_only(officer, clock):
    code = codes.issue(Actor("chief"), clock(), officer, "bind")
    with pytest.raises(Invalid):
        codes.redeem(code, "sign_in", clock())
    assert codes.redeem(code, "bind", clock()) == officer


def test_a_newer_code_makes_the_older_void(officer, clock):
    older = codes.issue(Actor("chief"), clock(), officer, "bind")
    newer = codes.issue(Actor("chief"), clock(), officer, "bind")
    with pytest.raises(Invalid):
        codes.redeem(older, "bind", clock())
    assert codes.redeem(newer, "bind", clock()) == officer


def test_a_suspended_officer_gets_no_code_and_his_old_one_is_no_good(officer, clock):
    code = codes.issue(Actor("chief"), clock(), officer, "bind")
    Officer.update(state="suspended").execute()
    with pytest.raises(Invalid):
        codes.redeem(code, "bind", clock())
    with pytest.raises(WrongState):
        codes.issue(Actor("chief"), clock(), Officer.get(), "bind")


@pytest.mark.parametrize("wrong", ["", "x", "\x00", "中文中文中文中文", "' OR 1=1", "0" * 5000])
def test_a_wrong_code_is_nobodys(officer, clock, wrong):
    codes.issue(Actor("chief"), clock(), officer, "bind")
    with pytest.raises(Invalid):
        codes.redeem(wrong, "bind", clock())
    assert OfficerCode.get().used_at is None


def test_the_code_itself_is_kept_nowhere(officer, clock):
    code = codes.issue(Actor("chief"), clock(), officer, "bind")
    note = Audit.get()
    assert (note.who, note.what, note.subject, note.centre) == (
        "chief",
        "officer.bind_code",
        "chen",
        "pudong",
    )
    assert code not in f"{note.words} {OfficerCode.get().code_hash}"


def test_of_many_who_use_a_code_at_once_one_succeeds(officer, clock):
    code = codes.issue(Actor("chief"), clock(), officer, "bind")
    barrier, won = threading.Barrier(6), []

    def use():
        barrier.wait()
        try:
            won.append(codes.redeem(code, "bind", clock()))
        except Invalid:
            pass
        finally:
            database.close()

    threads = [threading.Thread(target=use) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [officer]
