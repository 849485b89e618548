"""An officer with the phone sees the day that lies on the desk: the same people, in the same order."""

from datetime import time

from booking.gate import bring_out_plan
from booking.record.actor import Actor
from models import Booking, Detainee
from models.detainees import id_key, name_key
from tests.booking.conftest import add_slot
from tests.wechat.account.conftest import TODAY, meeting
from tests.wechat.account.test_look_ups import add_lawyers_named


def held(clock, ward, number):
    key = id_key(f"31011519800101{number:03d}X")
    Detainee.create(
        centre="pudong", key=key, name_index=name_key("某人"), name_sealed="", ward=ward, updated_at=clock()
    )
    return key


def many(clock, number):
    """Confirmed this afternoon, of wards in no order."""
    slot = add_slot("pudong", TODAY, time(14), seats=60)
    wards = ["十监区", "二监区", "女监区", ""]
    for n, lawyer in enumerate(add_lawyers_named(number, clock())):
        key = held(clock, wards[n % 4], n) if wards[n % 4] else name_key("某人")
        meeting(f"EE{n:06d}", lawyer, slot, "某人", "confirmed", detainee_key=key)


def lawyers_told(phone, first):
    """Of all pages of a list."""
    pages = [first]
    while "更多" in pages[-1]:
        assert len(pages) < 9
        pages.append(phone.type("更多"))
    return [line.split("（")[1].split("律师）")[0] for page in pages for line in page.splitlines() if "律师）" in line]


def on_paper():
    return [line.lawyer for sheet in bring_out_plan.of("pudong", TODAY) for line in sheet.lines]


def test_the_plan_on_the_phone_is_the_plan_on_the_desk(pudong, phone, clock):
    many(clock, 45)
    Booking.update(state="done").where(Booking.ref == "AAAA1111").execute()
    gate = phone("gate")
    assert lawyers_told(gate, gate.tap("plan")) == on_paper()
    assert len(on_paper()) == 47


def test_what_changed_since_the_print_is_said_on_the_phone_too(pudong, phone, clock):
    sheets = bring_out_plan.of("pudong", TODAY)
    bring_out_plan.printed(Actor("gate"), clock(), "pudong", TODAY, "", bring_out_plan.version(sheets))
    Booking.update(state="cancelled", active=None).where(Booking.ref == "BBBB2222").execute()
    assert "10:00 监区不详 谢*（律师1律师）已取消 取消" in phone("gate").tap("plan")


def test_a_page_goes_on_behind_a_line_that_is_gone(pudong, phone, clock):
    many(clock, 45)
    gate = phone("gate")
    first = gate.tap("plan")
    before = on_paper()
    shown = [line for line in first.splitlines() if "律师）" in line]
    last = before[len(shown) - 1]
    Booking.update(state="cancelled", active=None).where(
        Booking.ref == f"EE{int(last.removeprefix('某律师')):06d}"
    ).execute()
    assert lawyers_told(gate, first) == before


def test_as_many_are_counted_as_are_listed(pudong, phone, clock):
    Booking.update(state="no_show").where(Booking.ref == "AAAA1111").execute()
    said = phone("gate").tap("day")
    assert "共2人" in said and "08:30 1人：爽约1" in said
    assert "AAAA1111" in said and "BBBB2222" in said and "CCCC3333" not in said
