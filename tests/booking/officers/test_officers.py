"""Officers: who may see to whom, and that nobody locks everybody out."""

import threading

import pytest

from booking.officers import codes, officers
from booking.record.actor import Actor
from models import Audit, Centre, Officer, OfficerCode, OfficerSession, database
from refusals import AlreadyBound, Forbidden, Invalid, NotFound, Refusal, WrongState
from tests.odd_letters import NAMES, UNSEEN


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_an_officer_of_a_rare_name_is_added(world, clock, name):
    assert officers.add(Actor("terminal"), clock(), "rare", name, "gate", "pudong").name == name


@pytest.mark.parametrize("name", UNSEEN.values(), ids=UNSEEN)
def test_a_name_with_something_unseen_is_refused(world, clock, name):
    with pytest.raises(Invalid, match="不可见字符"):
        officers.add(Actor("terminal"), clock(), "rare", name, "gate", "pudong")


@pytest.fixture
def staff(world, clock):
    Centre.create(code="qingpu", name="青浦区看守所", address="上海市青浦区", created_at=clock())
    made = {}
    for account, role, centre in (
        ("bureau", "chief", None),
        ("pudong-chief", "chief", "pudong"),
        ("pudong-gate", "gate", "pudong"),
        ("qingpu-gate", "gate", "qingpu"),
    ):
        made[account] = Officer.create(account=account, name="某人", role=role, centre=centre, created_at=clock())
    return made


def acting(officer):
    return Actor.of(officer, "10.8.0.4")


def again(officer):
    return Officer.get_by_id(officer.id)


def test_a_chief_changes_an_officer_of_his_centre(staff, clock):
    chief, gate = staff["pudong-chief"], staff["pudong-gate"]
    officers.change(acting(chief), clock(), gate, "王某", "reviewer", "pudong")
    assert (again(gate).name, again(gate).role) == ("王某", "reviewer")
    note = Audit.get()
    assert (note.who, note.what, note.subject, note.centre) == (
        "pudong-chief",
        "officer.change",
        "pudong-gate",
        "pudong",
    )
    assert note.words == {"name": "王某", "role": "reviewer"}


def test_what_stays_the_same_is_no_line_in_the_record(staff, clock):
    officers.change(acting(staff["pudong-chief"]), clock(), staff["pudong-gate"], "某人", "gate", "pudong")
    assert not Audit.select().exists()


@pytest.mark.parametrize(
    ("whom", "centre"),
    [("qingpu-gate", "qingpu"), ("qingpu-gate", "pudong"), ("pudong-gate", "qingpu"), ("pudong-gate", None)],
)
def test_a_centres_chief_reaches_no_other_centre(staff, clock, whom, centre):
    with pytest.raises(Forbidden):
        officers.change(acting(staff["pudong-chief"]), clock(), staff[whom], "某人", "chief", centre)
    assert again(staff[whom]).role == "gate"


def test_a_chief_of_the_bureau_sees_to_every_centre(staff, clock):
    officers.change(acting(staff["bureau"]), clock(), staff["qingpu-gate"], "某人", "chief", "pudong")
    officers.change(acting(staff["bureau"]), clock(), staff["pudong-gate"], "某人", "auditor", None)
    assert again(staff["qingpu-gate"]).centre_id == "pudong"
    assert again(staff["pudong-gate"]).centre_id is None


def test_nobody_changes_his_own_role_or_centre_or_suspends_himself(staff, clock):
    bureau = staff["bureau"]
    for role, centre in (("auditor", None), ("chief", "pudong")):
        with pytest.raises(Forbidden):
            officers.change(acting(bureau), clock(), bureau, "某人", role, centre)
    with pytest.raises(Forbidden):
        officers.suspend(acting(bureau), clock(), bureau)
    officers.change(acting(bureau), clock(), bureau, "新名", "chief", None)
    assert again(bureau).name == "新名"


@pytest.mark.parametrize("role", ["gate", "reviewer", "auditor"])
def test_only_a_chief_in_office_changes_anything(staff, clock, role):
    chief = staff["pudong-chief"]
    Officer.update(role=role).where(Officer.id == chief.id).execute()
    for verb in (officers.suspend, officers.restore):
        with pytest.raises(Forbidden):
            verb(acting(chief), clock(), staff["pudong-gate"])
    with pytest.raises(Forbidden):
        officers.change(acting(chief), clock(), staff["pudong-gate"], "某人", "chief", "pudong")


@pytest.mark.parametrize(
    ("name", "role", "centre", "refusal"),
    [
        ("", "gate", "pudong", Invalid),
        ("某" * 61, "gate", "pudong", Invalid),
        ("某\u202e人", "gate", "pudong", Invalid),
        ("某", "king", "pudong", Invalid),
        ("某", "gate", "nowhere", NotFound),
    ],
)
def test_what_no_officer_can_be_is_refused(staff, clock, name, role, centre, refusal):
    with pytest.raises(refusal):
        officers.change(acting(staff["bureau"]), clock(), staff["pudong-gate"], name, role, centre)


def test_who_is_suspended_has_no_session_and_no_code_left(staff, clock):
    gate, chief = staff["pudong-gate"], staff["pudong-chief"]
    OfficerSession.create(token_hash="x", officer=gate, created_at=clock(), seen_at=clock(), expires_at=clock())
    code = codes.issue(Actor("pudong-chief"), clock(), gate, "sign_in")
    officers.suspend(acting(chief), clock(), gate)
    assert OfficerSession.get().revoked_at and OfficerCode.get().used_at
    with pytest.raises(WrongState):
        officers.suspend(acting(chief), clock(), gate)
    officers.restore(acting(chief), clock(), gate)
    with pytest.raises(Invalid):
        codes.redeem(code, "sign_in", clock())
    with pytest.raises(WrongState):
        officers.restore(acting(chief), clock(), gate)
    assert again(gate).state == "active"


def test_two_chiefs_who_suspend_each_other_leave_one(staff, clock):
    one, other = staff["bureau"], officers.add(Actor("x"), clock(), "second", "某", "chief", None)
    barrier, refused = threading.Barrier(2), []

    def suspend(whom, by):
        barrier.wait()
        try:
            officers.suspend(acting(by), clock(), whom)
        except Refusal as refusal:
            refused.append(refusal.code)
        finally:
            database.close()

    threads = [threading.Thread(target=suspend, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["forbidden"]
    assert sorted(again(chief).state for chief in (one, other)) == ["active", "suspended"]


def test_a_wechat_identity_is_one_officers(staff, clock):
    gate, chief = staff["pudong-gate"], staff["pudong-chief"]
    officers.bind_website(acting(gate), clock(), gate, "o-web-1")
    assert officers.of_website("o-web-1") == gate
    with pytest.raises(AlreadyBound):
        officers.bind_website(acting(chief), clock(), chief, "o-web-1")
    officers.bind_website(acting(gate), clock(), gate, "o-web-2")
    assert officers.of_website("o-web-1") is None
    officers.suspend(acting(staff["bureau"]), clock(), gate)
    assert officers.of_website("o-web-2") is None


def test_a_wechat_identity_can_be_taken_back(staff, clock):
    gate = staff["pudong-gate"]
    with pytest.raises(WrongState):
        officers.unbind_website(acting(gate), clock(), gate)
    officers.bind_website(acting(gate), clock(), gate, "o-web-1")
    officers.unbind_website(acting(gate), clock(), gate)
    assert officers.of_website("o-web-1") is None


def test_officers_are_listed_page_by_page_and_by_centre(staff):
    assert [one.account for one in officers.of_centre("pudong")] == ["pudong-chief", "pudong-gate"]
    assert [one.account for one in officers.of_centre(None, many=2)] == ["bureau", "pudong-chief"]
    assert [one.account for one in officers.of_centre(None, "pudong-chief")] == ["pudong-gate", "qingpu-gate"]


@pytest.mark.parametrize("account", ["system", "System", "lawyer", "terminal"])
def test_no_officer_passes_for_the_system_in_the_records(staff, clock, account):
    with pytest.raises(Invalid):
        officers.add(Actor("bureau"), clock(), account, "某人", "chief", "pudong")
    assert not Officer.select().where(Officer.account == account).exists()
