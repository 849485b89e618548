"""What an officer may learn and change of a lawyer who is another centre's: little, not often, and it is kept."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from redis import Redis

from booking.desk import Desk
from booking.search import bookings
from console.door import counting, guesses
from models import Audit, Booking, Lawyer, Notice, keyring
from sandbox.world.cast import invented_id_no
from tests.booking.conftest import SLOT, applying
from tests.console.conftest import Browser, SignedIn

FIRM = "上海衡山律师事务所"
ID_NO = "11010519491231002X"
KINDS = ("licence.originals_wrong", "licence.changed", "licence.unbound")


@pytest.fixture
def two(lawyers: Any) -> list[Lawyer]:
    ids = lawyers(2)
    Lawyer.update(id_no_index=keyring().index("id_no", ID_NO)).execute()
    for one in Lawyer.select():
        Lawyer.update(phone_claim=keyring().index("phone", one.phone)).where(Lawyer.id == one.id).execute()
    return [Lawyer.get_by_id(one) for one in ids]


@pytest.fixture
def one(two: list[Lawyer]) -> Lawyer:
    return two[0]


def guess(browser: Browser, one: Lawyer, number: int, path: str = "change", **more: str) -> int:
    given = {"why": "原件", "id_no": invented_id_no(number)} | ({"firm": FIRM} if path == "change" else {}) | more
    return browser.post(f"lawyers/{one.id}/{path}", **given).status_code


def kept() -> list[tuple[str, str, str]]:
    rows = Audit.select().where(Audit.what.in_(KINDS)).order_by(Audit.id)
    return [(row.what, row.who, row.subject) for row in rows]


def walk_in(one: Lawyer, desk: Desk, centre: str = "pudong", days: int = 0) -> None:
    """As an officer enters one, so many days ago."""
    ref = desk.book(applying(one.id)).ref
    Booking.update(way="window", centre=centre, created_at=desk.now() - timedelta(days=days)).where(
        Booking.ref == ref
    ).execute()


@pytest.mark.parametrize("path", ["change", "unbinding"])
def test_an_officer_is_wrong_five_times_a_day_each_kept_and_then_told_whom_to_ask(
    signed_in: SignedIn, two: list[Lawyer], path: str
) -> None:
    gate, (one, other) = signed_in("gate", "qingpu"), two
    assert [guess(gate, one if n % 2 else other, n, path) for n in range(6)] == [422] * 5 + [429]
    told = gate.post(
        f"lawyers/{one.id}/{path}", why="原件", id_no=ID_NO, **({"firm": FIRM} if path == "change" else {})
    )
    assert told.status_code == 429 and int(told.headers["Retry-After"]) > 3600
    assert "全局民警" in told.text and "明日" in told.text
    assert [(what, who) for what, who, _ in kept()] == [("licence.originals_wrong", "gate-qingpu")] * 5
    assert Lawyer.get_by_id(one.id).openid and Lawyer.get_by_id(one.id).firm != FIRM


def test_a_lawyer_is_guessed_at_five_times_a_day_by_however_many(signed_in: SignedIn, two: list[Lawyer]) -> None:
    one, other = two
    gates = [signed_in(role, "qingpu") for role in ("gate", "reviewer", "chief")]
    assert [guess(gates[n % 3], one, n) for n in range(6)] == [422] * 5 + [429]
    assert guess(gates[0], other, 7) == 422  # another lawyer is served, and by who was turned away not one try is lost
    assert "5 次在窗口办理时填错" in signed_in("gate").get(f"lawyers/{one.id}").text


@pytest.mark.parametrize(
    "fields", [{"firm": ""}, {"firm": "", "phone": "123"}, {"why": ""}, {"firm": "x" * 121}], ids=str
)
def test_a_form_that_is_wrong_otherwise_tells_no_right_number_from_a_wrong_one(
    signed_in: SignedIn, one: Lawyer, fields: dict[str, str]
) -> None:
    gate, form = signed_in("gate", "qingpu"), {"firm": FIRM, "why": "原件"} | fields
    right, wrong = (
        gate.post(f"lawyers/{one.id}/change", **form | {"id_no": number}) for number in (ID_NO, invented_id_no(1))
    )
    assert right.status_code == 422 and right.text == wrong.text
    assert not kept()


def test_a_right_number_that_comes_to_nothing_is_a_try_as_well(signed_in: SignedIn, two: list[Lawyer]) -> None:
    gate, (one, other) = signed_in("gate", "qingpu"), two
    taken = {"phone": other.phone, "id_no": ID_NO}
    assert [guess(gate, one, 0, **taken) for _ in range(6)] == [409] * 5 + [429]


def test_a_right_number_counts_for_nothing_and_forgives_nothing(signed_in: SignedIn, two: list[Lawyer]) -> None:
    gate, (one, other) = signed_in("gate", "qingpu"), two
    for n in range(4):
        guess(gate, one, n)
    assert {guess(gate, other, 0, id_no=ID_NO) for _ in range(7)} == {303}
    assert [guess(gate, one, n) for n in (5, 6)] == [422, 429]


@pytest.mark.parametrize(("guarded", "looked_at"), [(True, 5), (False, 8)])
def test_many_guesses_at_once_are_no_more(
    redis_client: Any, monkeypatch: pytest.MonkeyPatch, guarded: bool, looked_at: int
) -> None:
    """By eight officers. The control: not counted before, all are looked at."""
    together, looked = threading.Barrier(8), []
    if not guarded:
        monkeypatch.setattr(counting, "count", lambda *_: None)

    def wrong(n: int) -> None:
        together.wait(20)
        with suppress(KeyError, counting.ShutOut), guesses.showing_originals(redis_client, f"officer-{n}", 1):
            looked.append(n)
            raise KeyError

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(wrong, range(8)))
    assert len(looked) == looked_at


def test_while_redis_is_away_nobody_is_compared(signed_in: SignedIn, app: APIFlask, one: Lawyer) -> None:
    gate, door = signed_in("gate", "qingpu"), app.extensions["huijian.console"]
    app.extensions["huijian.console"] = replace(door, redis=Redis(port=9))
    assert guess(gate, one, 0, id_no=ID_NO) == 503
    assert Lawyer.get_by_id(one.id).firm != FIRM


@pytest.mark.parametrize(("days", "status"), [(0, 422), (1, 303)])
def test_a_walk_in_of_today_makes_nobody_ours(
    signed_in: SignedIn, desk: Desk, one: Lawyer, days: int, status: int
) -> None:
    walk_in(one, desk, days=days)
    gate, reviewer = signed_in("gate"), signed_in("reviewer")
    assert ("按原件填写" in gate.get(f"lawyers/{one.id}").text) is (days == 0)
    assert guess(gate, one, 1) == status
    numbers = reviewer.post(f"lawyers/{one.id}/numbers")
    assert (numbers.status_code, one.phone in numbers.text) == ((403, False) if days == 0 else (200, True))


@pytest.mark.parametrize(("days", "status"), [(0, 403), (1, 200)])
def test_nor_is_his_telephone_read_by_way_of_a_message(
    signed_in: SignedIn, desk: Desk, one: Lawyer, days: int, status: int
) -> None:
    walk_in(one, desk, days=days)
    told = signed_in("gate").post(f"messages/{Notice.get().id}/phone")
    assert (told.status_code, one.phone in told.text) == (status, days == 1)


def test_made_online_today_is_ours(signed_in: SignedIn, desk: Desk, one: Lawyer) -> None:
    desk.book(applying(one.id, SLOT))
    assert bookings.is_ours(one, "pudong", desk.now()) and not bookings.is_ours(one, "qingpu", desk.now())
    assert guess(signed_in("gate"), one, 1) == 303


@pytest.mark.parametrize("path", ["change", "unbinding"])
def test_who_is_not_verified_is_changed_by_nobody_without_originals(
    signed_in: SignedIn, one: Lawyer, path: str
) -> None:
    Lawyer.update(state="pending").execute()
    assert guess(signed_in("gate", "qingpu"), one, 1, path) == 409
    assert Lawyer.get_by_id(one.id).openid and not kept()


def test_of_whom_no_number_is_known_none_is_compared(signed_in: SignedIn, one: Lawyer) -> None:
    Lawyer.update(id_no_index="").execute()
    gate = signed_in("gate", "qingpu")
    assert [guess(gate, one, n) for n in range(6)] == [409] * 6 and not kept()


@pytest.mark.parametrize("path", ["lawyers/search", "bookings/search"])
def test_a_search_by_a_number_is_counted_and_one_by_a_name_is_not(
    signed_in: SignedIn, one: Lawyer, monkeypatch: Any, path: str
) -> None:
    monkeypatch.setattr(guesses, "NUMBERS_SEARCHED", 3)
    gate, field = signed_in("gate"), "text" if path.startswith("lawyers") else "lawyer"
    for text in ("139 0000 0000", "13900000001", "13900000002"):
        assert gate.post(path, **{field: text}).status_code == 200
    told = gate.post(path, **{field: one.phone})
    assert told.status_code == 429 and "姓名、执业证号" in told.text and int(told.headers["Retry-After"]) > 60
    assert one.licence_no in gate.post("lawyers/search", text=one.name).text
    assert gate.post(path, **{field: one.licence_no}).status_code == 200
    assert signed_in("reviewer").post(path, **{field: one.phone}).status_code == 200
    assert Audit.select().where(Audit.what.endswith("s.searched"), Audit.who == "gate-pudong").count() == 5


def test_a_search_for_an_id_number_is_one(signed_in: SignedIn, one: Lawyer, monkeypatch: Any) -> None:
    monkeypatch.setattr(guesses, "NUMBERS_SEARCHED", 1)
    gate = signed_in("gate")
    assert [gate.post("bookings/search", detainee=invented_id_no(n)).status_code for n in (1, 2)] == [200, 429]
    assert gate.post("lawyers/search", text="13900000000").status_code == 429  # one count for both


def test_a_search_by_phone_is_kept_as_one_and_shows_the_ends_only(signed_in: SignedIn, one: Lawyer) -> None:
    text = signed_in("gate", "qingpu").post("lawyers/search", text=one.phone).text
    assert one.licence_no in text and one.phone not in text and one.id_no not in text
    assert Audit.get(Audit.what == "lawyers.searched").words["by"] == "number"
