"""Rule 7a: a mandate is proven by an officer with the originals, and by nothing else."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

import refusals
from booking.gate import arrivals
from booking.gate.papers import papers_for
from booking.lawyers import mandates
from booking.lawyers.mandates import Pair
from booking.policy import Policy
from booking.record.actor import SYSTEM, Actor
from booking.review import decisions
from clock import at
from models import Audit, Booking, Mandate, RollEntry
from models.detainees import id_key, name_key
from tests.booking.conftest import FRIDAY, applying

CHEN = Actor("chen", "pudong", "10.0.0.1")
TIAN = {"name": "田野", "id_no": "310101199001011237"}


@pytest.fixture
def pair(lawyers) -> Pair:
    return Pair(lawyers(1)[0], "pudong", id_key(TIAN["id_no"]))


def prove(pair, clock, stage="investigation"):
    return mandates.prove(CHEN, clock(), pair, "田野", stage, seen=["授权委托书"])


def test_what_was_seen_in_original_is_proven(pair, clock):
    made = prove(pair, clock)
    assert mandates.proven([pair]) == {pair: "investigation"}
    assert (made.name, made.proven_by, made.proven_at) == ("田野", "chen", clock())
    line = Audit.get(Audit.what == "mandate.proven")
    assert (line.who, line.centre, line.origin) == ("chen", "pudong", "10.0.0.1")
    assert "田野" not in str(line.words)


def test_the_same_again_is_the_one_there_is(pair, clock):
    first = prove(pair, clock)
    clock.move(hours=1)
    assert prove(pair, clock).id == first.id
    assert Audit.select().where(Audit.what == "mandate.proven").count() == 1


def test_another_stage_ends_the_earlier(pair, clock):
    first = prove(pair, clock)
    prove(pair, clock, "trial")
    assert mandates.proven([pair]) == {pair: "trial"}
    over = Mandate.get_by_id(first.id)
    assert (over.active, over.ended_at, over.ended_by, over.ended_why) == (
        None,
        clock(),
        "chen",
        mandates.STAGE_OVER,
    )


def test_another_lawyer_person_or_centre_proves_nothing(pair, clock):
    prove(pair, clock)
    strangers = [
        pair._replace(lawyer=pair.lawyer + 1),
        pair._replace(centre="qingpu"),
        pair._replace(person=id_key("x")),
    ]
    assert mandates.proven(strangers) == {}


def test_a_bare_name_proves_nothing(pair, clock):
    with pytest.raises(refusals.Invalid, match="只有姓名不能登记委托关系"):
        prove(pair._replace(person=name_key("田野")), clock)
    assert not Mandate.select().exists()


def test_an_unknown_stage_is_refused(pair, clock):
    with pytest.raises(refusals.Invalid, match="请选择诉讼阶段"):
        prove(pair, clock, "appeal")


@pytest.mark.parametrize("state", ["suspended", "revoked"])
def test_a_barred_licence_suspends_it_while_barred(pair, clock, state):
    prove(pair, clock)
    RollEntry.update(state=state).execute()
    assert mandates.proven([pair]) == {}
    RollEntry.update(state="active").execute()
    assert mandates.proven([pair]) == {pair: "investigation"}


def test_an_officer_ends_it_once_with_a_reason(pair, clock):
    made = prove(pair, clock)
    with pytest.raises(refusals.Invalid, match="请填写结束委托关系的原因"):
        mandates.end(CHEN, clock(), made.id, "  ")
    assert mandates.end(CHEN, clock(), made.id, "已解除委托").ended_why == "已解除委托"
    with pytest.raises(refusals.WrongState, match="已经结束"):
        mandates.end(CHEN, clock(), made.id, "再来一次")
    with pytest.raises(refusals.NotFound):
        mandates.end(CHEN, clock(), made.id + 1, "没有的")
    assert mandates.proven([pair]) == {}
    assert prove(pair, clock).id != made.id


def test_who_is_no_longer_held_ends_it(pair, clock):
    prove(pair, clock)
    assert mandates.end_of_gone(SYSTEM, clock(), "qingpu", set()) == 0
    assert mandates.end_of_gone(SYSTEM, clock(), "pudong", {pair.person}) == 0
    assert mandates.end_of_gone(SYSTEM, clock(), "pudong", {id_key("another")}) == 1
    over = Mandate.get()
    assert (over.ended_by, over.ended_why) == ("system", mandates.GONE)


def test_many_pairs_are_one_question(pair, clock, queries):
    prove(pair, clock)
    pairs = [pair._replace(person=id_key(str(number))) for number in range(50)] + [pair]
    queries.clear()
    assert mandates.proven(pairs) == {pair: "investigation"}
    assert len(queries) == 1


@pytest.mark.parametrize(("detainee", "owed", "proven"), [
    (TIAN, "", True),
    (TIAN, "律师取证后补交", False),
    ({"name": "田野"}, "", False),
])  # fmt: skip
def test_papers_at_the_gate_prove_it_unless_they_follow_later(desk, lawyers, clock, detainee, owed, proven):
    lawyer = lawyers(1)[0]
    ref = desk.book(replace(applying(lawyer), detainee=detainee)).ref
    decisions.approve(CHEN, desk.now(), ref)
    clock.moment = at(FRIDAY, time(8, 0))
    needed = papers_for(Policy.of(Booking.get_by_id(ref).centre), "entrusted")
    ticked = needed[:-1] if owed else needed
    arrivals.arrive(CHEN, clock(), ref, ticked, owed)
    assert [one.booking_id for one in Mandate.select()] == ([ref] if proven else [])


def test_mandates_are_listed_newest_first_with_what_the_licence_says(pair, clock):
    first = prove(pair, clock)
    clock.move(minutes=1)
    second = prove(pair._replace(person=id_key("another")), clock)
    assert [one.id for one in mandates.listed("pudong")] == [second.id, first.id]
    assert [one.id for one in mandates.listed("pudong", after=second.id)] == [first.id]
    assert mandates.listed("qingpu") == [] and len(mandates.listed(None)) == 2
    RollEntry.update(state="revoked").execute()
    assert [one.in_force for one in mandates.listed("pudong")] == [False, False]
    mandates.end(CHEN, clock() + timedelta(minutes=1), first.id, "已解除委托")
    assert [one.id for one in mandates.listed("pudong")] == [second.id]
    assert len(mandates.listed("pudong", lasting=False)) == 2
