"""一并通过: what each booking stands on is said, and only proven mandates are ticked already. Rules 7a and 8."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from booking.desk import Desk
from booking.lawyers import mandates
from booking.record.actor import Actor
from models import Booking, Mandate
from models.detainees import id_key
from tests.booking.conftest import applying
from tests.booking.window.conftest import held
from tests.console.conftest import SignedIn

Lawyers = Callable[[int], list[int]]
TAO, NUMBER = "陶某演", "11010519491231002X"


def booked(desk: Desk, lawyer: int, **detainee: str) -> str:
    return desk.book(replace(applying(lawyer), detainee={"name": TAO} | detainee)).ref


def rows(text: str) -> dict[str, tuple[bool, str]]:
    """By reference: whether it is ticked, and its row."""
    found = re.findall(r"<tr>\s*<td><input[^>]*value=\"(\w+)\"[^>]*?( checked)?>(.*?)</tr>", text, re.DOTALL)
    return {ref: (bool(ticked), row) for ref, ticked, row in found}


@pytest.mark.parametrize("register", [True, False])
def test_each_says_what_it_stands_on_and_only_the_proven_are_ticked(
    signed_in: SignedIn, desk: Desk, lawyers: Lawyers, register: bool
) -> None:
    one, other, third = lawyers(3)
    numbers = [NUMBER, "310101199001010012", ""]
    people = [{"name": f"某演{n}"} | ({"id_no": number} if number else {}) for n, number in enumerate(numbers)]
    apps = [replace(applying(who), detainee=person) for who, person in zip((one, other, third), people, strict=True)]
    for person in people if register else ():
        held(person["name"], person.get("id_no", "440524188001010014"))
    proven, agrees, bare = [desk.book(app).ref for app in apps]
    mandates.prove_by(Actor("gate"), desk.now(), Booking.get_by_id(proven), ())
    shown = rows(signed_in("reviewer").get("review/clean").text)
    assert set(shown) == {proven, agrees} and bare not in shown
    assert shown[proven][0] and "委托已核实" in shown[proven][1]
    said = "号码与姓名一致" if register else "填了号码（本所未导入名册）"
    assert not shown[agrees][0] and said in shown[agrees][1] and "委托已核实" not in shown[agrees][1]


def test_a_bare_name_sent_along_all_the_same_is_skipped_and_named(
    signed_in: SignedIn, desk: Desk, lawyers: Lawyers
) -> None:
    held(TAO, NUMBER)
    ref = booked(desk, lawyers(1)[0])
    text = signed_in("reviewer").post("review/clean", refs=[ref]).text
    assert ref in text and "只填了姓名，身份未经核对，须逐个复核" in text
    assert Booking.get_by_id(ref).state == "submitted"


@pytest.mark.parametrize("form", [{}, {"id_no": NUMBER}])
def test_a_yes_that_would_stand_in_a_proven_lawyers_way_is_for_one_look_at_a_time(
    signed_in: SignedIn, desk: Desk, lawyers: Lawyers, form: dict[str, str]
) -> None:
    held(TAO, NUMBER)
    stranger, defender = lawyers(2)
    ref, browser = booked(desk, stranger, **form), signed_in("reviewer")
    assert "委托核实过的律师" not in browser.get(f"review/{ref}").text
    assert (ref in browser.get("review/clean").text) is bool(form)
    pair = mandates.Pair(defender, "pudong", id_key(NUMBER))
    mandates.prove(Actor("gate"), desk.now(), pair, TAO, "investigation")
    page = browser.get(f"review/{ref}").text
    assert "此人已有律师的委托经核实（律师1律师）" in page and "委托核实过的律师不能再约同一时间" in page
    assert ref not in browser.get("review/clean").text
    assert "（律师1律师），请核对本次委托，须逐个复核" in browser.post("review/clean", refs=[ref]).text
    assert Booking.get_by_id(ref).state == "submitted"
    mandates.prove(Actor("gate"), desk.now(), pair._replace(lawyer=stranger), TAO, "investigation")
    assert "委托核实过的律师" not in browser.get(f"review/{ref}").text
    assert (ref in browser.get("review/clean").text) is bool(form)


def test_for_a_bare_name_the_officer_picks_the_line_of_the_register(
    signed_in: SignedIn, desk: Desk, lawyers: Lawyers
) -> None:
    held(TAO, NUMBER)
    ref, browser = booked(desk, lawyers(1)[0]), signed_in("gate")
    text = browser.get(f"bookings/{ref}").text
    line = re.findall(r'name="line" value="(\d+)"', text)
    assert len(line) == 1 and "按原件在名册中选定当事人" in text
    assert browser.post(f"bookings/{ref}/mandate", seen="true").status_code == 409
    assert browser.post(f"bookings/{ref}/mandate", seen="true", line="999").status_code == 422
    assert not Mandate.select().exists()
    browser.post(f"bookings/{ref}/mandate", seen="true", line=line[0])
    assert Mandate.get().person == id_key(NUMBER)
