"""Who is shut out by wrong tries: whoever makes them, there; never an officer at his own desk, nor his neighbours."""

import pytest

from booking.officers import officers
from booking.record.actor import Actor
from console.door import tries
from models import Officer
from refusals import AlreadyBound
from tests.console.conftest import Browser
from tests.console.people import typed

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

CENTRE, ELSEWHERE = "10.1.2.3", "198.51.100.7"


@pytest.fixture
def at(app):
    """A browser of its own at an address, and what a try from it is answered."""

    def browser(address):
        made = Browser(app.test_client())

        def attempt(**words):
            """Whoever got in goes home again."""
            given = {"csrf": made.proof()} | words
            status = made.send("sign-in", given, environ_base={"REMOTE_ADDR": address}).status_code
            if status == 303:
                made.post("sign-out")
            return status

        return attempt

    return browser


def test_strangers_elsewhere_shut_nobody_out_at_the_centre(at, secret, clock):
    stranger, officer = at(ELSEWHERE), at(CENTRE)
    for _ in range(8):
        stranger(**typed(secret, clock(), code="000000"))
    assert stranger(**typed(secret, clock())) == 429
    assert officer(**typed(secret, clock())) == 303


def test_from_many_addresses_an_account_is_shut_to_strange_devices_only(at, secret, clock, monkeypatch):
    monkeypatch.setattr(tries, "TRIES_OF_ACCOUNT_ANYWHERE", 9)
    officer = at(CENTRE)
    assert officer(**typed(secret, clock())) == 303
    for number in range(3):
        stranger = at(f"198.51.100.{number}")
        for _ in range(4):
            stranger(**typed(secret, clock(), code="000000"))
    clock.move(seconds=60)
    assert at("203.0.113.9")(**typed(secret, clock())) == 429
    assert officer(**typed(secret, clock())) == 303


def test_a_neighbours_noise_at_the_same_address_does_not_reach_a_known_device(at, secret, clock, redis_client):
    officer, new = at(CENTRE), at(CENTRE)
    assert officer(**typed(secret, clock())) == 303
    for number in range(tries.TRIES_OF_ADDRESS + 5):
        with pytest.raises((KeyError, tries.ShutOut)), tries.trying(redis_client, f"somebody-{number}", CENTRE):
            raise KeyError
    clock.move(seconds=60)
    assert new(**typed(secret, clock())) == 429
    assert officer(**typed(secret, clock())) == 303


def test_a_known_device_has_five_tries_itself(at, secret, clock):
    officer = at(CENTRE)
    assert officer(**typed(secret, clock())) == 303
    clock.move(seconds=60)
    assert [officer(**typed(secret, clock(), code="000000")) for _ in range(6)] == [401] * 5 + [429]


def test_a_device_is_known_for_its_own_officer_only(at, secret, clock, redis_client):
    officer = at(CENTRE)
    assert officer(**typed(secret, clock())) == 303
    assert [officer(account="another", passphrase="x", code="1") for _ in range(6)] == [401] * 5 + [429]


def test_wrong_tries_at_the_door_do_not_shut_ones_own_page(signed_in, at, secret, clock, redis_client):
    for _ in range(6):
        at(CENTRE)(**typed(secret, clock(), code="000000"))
    with tries.trying_own(redis_client, "gate-pudong"):
        pass


ONE_OF, ANOTHER_OF, ELSEWHERE_6 = "2001:db8:0:1::1", "2001:db8:0:1:9::2", "2001:db8:0:2::1"


def test_who_has_one_ipv6_address_has_its_network_and_is_counted_by_it(at, secret, clock):
    told = [at(f"2001:db8:0:1::{n:x}")(**typed(secret, clock(), code="000000")) for n in range(1, 7)]
    assert told == [401] * 5 + [429]
    assert at(ANOTHER_OF)(**typed(secret, clock())) == 429
    assert at(ELSEWHERE_6)(**typed(secret, clock())) == 303


def test_a_network_that_tries_many_accounts_is_shut_out_whatever_its_address(at, secret, clock, redis_client):
    for n in range(tries.TRIES_OF_ADDRESS):
        with pytest.raises(KeyError), tries.trying(redis_client, f"somebody-{n}", f"2001:db8:0:1::{n:x}"):
            raise KeyError
    assert at(ANOTHER_OF)(**typed(secret, clock())) == 429
    assert at(ELSEWHERE_6)(**typed(secret, clock())) == 303


def test_the_same_holds_for_one_time_codes_and_for_who_sets_out_for_wechat(app, monkeypatch):
    monkeypatch.setattr(tries, "SET_OUTS_OF_ADDRESS", 2)
    browser = Browser(app.test_client())
    given = {"csrf": browser.proof(), "one_time_code": "ABCDEFGH"}

    def asks(address, send):
        return send(environ_base={"REMOTE_ADDR": address}).status_code

    def code(**more):
        return browser.send("first-sign-in", given, **more)

    def set_out(**more):
        return browser.get("/wechat/oauth", **more)

    addresses = [f"2001:db8:0:1::{n:x}" for n in range(1, 7)]
    assert [asks(address, code) for address in addresses] == [422] * 5 + [429]
    assert [asks(address, set_out) for address in addresses[:3]] == [302, 302, 429]
    assert (asks(ELSEWHERE_6, code), asks(ELSEWHERE_6, set_out)) == (422, 302)


def test_no_two_accounts_differ_in_case_alone(world, clock):
    officers.add(Actor("chief"), clock(), "review-qingpu", "某人", "reviewer", "pudong")
    with pytest.raises(AlreadyBound, match="大小写"):
        officers.add(Actor("chief"), clock(), "Review-Qingpu", "某人", "reviewer", "pudong")
    assert Officer.select().count() == 1
