"""Passphrase and code: what proves an officer, and that a code proves it once."""

import threading

import pyotp
import pytest
from cryptography.exceptions import InvalidTag

from booking.officers import sign_in
from booking.record.actor import Actor
from models import Audit, Officer, database
from refusals import Invalid, Unauthenticated

ACTOR = Actor("chen", "pudong", "10.8.0.4")
GOOD = "正确的口令 horse battery"


@pytest.fixture
def officer(world, clock):
    return Officer.create(account="chen", name="陈某", role="gate", centre="pudong", created_at=clock())


@pytest.fixture
def secret(officer, clock):
    secret = sign_in.new_secret()
    sign_in.enrol(ACTOR, clock(), officer, GOOD, secret, code_of(secret, clock))
    clock.move(minutes=5)
    return secret


def code_of(secret, clock, steps=0):
    return pyotp.TOTP(secret).generate_otp(int(clock().timestamp()) // 30 + steps)


def test_account_passphrase_and_code_together_prove_an_officer(secret, officer, clock):
    assert sign_in.prove("chen", GOOD, code_of(secret, clock), clock()) == officer


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_off_by_one_step(secret, clock, steps):
    assert sign_in.prove("chen", GOOD, code_of(secret, clock, steps), clock())


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_clock_may_not_be_off_by_two(secret, clock, steps):
    with pytest.raises(Unauthenticated):
        sign_in.prove("chen", GOOD, code_of(secret, clock, steps), clock())


def test_a_code_is_taken_once_and_no_older_one_after_it(secret, clock):
    older, code = code_of(secret, clock, -1), code_of(secret, clock)
    sign_in.prove("chen", GOOD, code, clock())
    for again in (code, older):
        with pytest.raises(Unauthenticated):
            sign_in.prove("chen", GOOD, again, clock())
    clock.move(seconds=30)
    assert sign_in.prove("chen", GOOD, code_of(secret, clock), clock())


def test_the_code_of_the_enrolment_is_used_up_too(officer, clock):
    secret = sign_in.new_secret()
    code = code_of(secret, clock)
    sign_in.enrol(ACTOR, clock(), officer, GOOD, secret, code)
    with pytest.raises(Unauthenticated):
        sign_in.prove("chen", GOOD, code, clock())


def test_a_code_with_a_wrong_passphrase_is_not_used_up(secret, clock):
    code = code_of(secret, clock)
    with pytest.raises(Unauthenticated):
        sign_in.prove("chen", "another passphrase", code, clock())
    assert sign_in.prove("chen", GOOD, code, clock())


def test_of_many_who_use_one_code_at_once_one_gets_in(secret, officer, clock):
    code, barrier, got_in = code_of(secret, clock), threading.Barrier(4), []

    def enter():
        barrier.wait()
        try:
            got_in.append(sign_in.prove("chen", GOOD, code, clock()))
        except Unauthenticated:
            pass
        finally:
            database.close()

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got_in == [officer]


@pytest.mark.parametrize(
    ("account", "passphrase", "code"),
    [
        ("chen", GOOD, ""),
        ("chen", GOOD, "000000"),
        ("chen", GOOD, "中文"),
        ("chen", "", None),
        ("chen", GOOD + "x", None),
        ("chen", "x" * 100_000, None),
        ("nobody", GOOD, None),
        ("", "", ""),
    ],
)
def test_whatever_is_wrong_is_told_in_the_same_words(secret, clock, account, passphrase, code):
    given = code_of(secret, clock) if code is None else code
    with pytest.raises(Unauthenticated, match="账号、口令或动态码不对"):
        sign_in.prove(account, passphrase, given, clock())


def test_an_unknown_account_is_measured_as_a_known_one(secret, clock, monkeypatch):
    measured = []
    fits = sign_in._fits
    monkeypatch.setattr(sign_in, "_fits", lambda *given: measured.append(given) or fits(*given))
    for account in ("chen", "nobody"):
        with pytest.raises(Unauthenticated):
            sign_in.prove(account, "wrong wrong wrong", "000000", clock())
    assert [hashed.split("$")[3] for hashed, _ in measured] == ["m=32768,t=3,p=1"] * 2


def test_who_is_suspended_or_not_enrolled_proves_nothing(secret, officer, clock):
    Officer.create(account="new", name="新", role="gate", centre="pudong", created_at=clock())
    Officer.update(state="suspended").where(Officer.id == officer.id).execute()
    for account in ("chen", "new"):
        with pytest.raises(Unauthenticated):
            sign_in.prove(account, GOOD, code_of(secret, clock), clock())


def test_a_passphrase_is_the_same_however_the_keyboard_wrote_it(secret, clock):
    wide = GOOD.replace("horse", "ｈｏｒｓｅ")
    wide_code = code_of(secret, clock).translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"})
    assert sign_in.prove("chen", wide, f" {wide_code[:3]} {wide_code[3:]} ", clock())


@pytest.mark.parametrize("weak", ["", "short", "elevenchars", "a" * 12, "Ａ" * 6 + "a" * 6, "x" * 129])
def test_a_weak_passphrase_is_refused(officer, clock, weak):
    secret = sign_in.new_secret()
    with pytest.raises(Invalid):
        sign_in.enrol(ACTOR, clock(), officer, weak, secret, code_of(secret, clock))
    assert Officer.get().passphrase_hash is None


def test_the_account_is_no_passphrase(world, clock):
    officer = Officer.create(account="chen.xiaoming", name="陈", role="gate", created_at=clock())
    secret = sign_in.new_secret()
    with pytest.raises(Invalid):
        sign_in.enrol(ACTOR, clock(), officer, "Chen.XiaoMing", secret, code_of(secret, clock))


def test_a_secret_counts_only_with_a_code_of_it(officer, clock):
    with pytest.raises(Invalid):
        sign_in.enrol(ACTOR, clock(), officer, GOOD, sign_in.new_secret(), code_of(sign_in.new_secret(), clock))
    assert Officer.get().totp_sealed is None


def test_neither_passphrase_nor_secret_stands_in_the_table(secret, officer):
    row = Officer.get()
    assert row.passphrase_hash.startswith("$argon2id$") and GOOD not in row.passphrase_hash
    assert secret not in row.totp_sealed and row.totp_secret == secret
    assert secret not in str([note.words for note in Audit.select()])


def test_a_sealed_secret_is_good_for_its_own_officer_only(secret, officer, clock):
    other = Officer.create(
        account="li", name="李", role="gate", created_at=clock(), totp_sealed=Officer.get().totp_sealed
    )
    with pytest.raises(InvalidTag):
        _ = other.totp_secret


def test_a_new_passphrase_takes_the_old_one(secret, officer, clock):
    with pytest.raises(Invalid):
        sign_in.change_passphrase(ACTOR, clock(), Officer.get(), "not the old one", "a new passphrase")
    sign_in.change_passphrase(ACTOR, clock(), Officer.get(), GOOD, "a new passphrase")
    with pytest.raises(Unauthenticated):
        sign_in.prove("chen", GOOD, code_of(secret, clock), clock())
    assert sign_in.prove("chen", "a new passphrase", code_of(secret, clock), clock())


def test_a_new_secret_takes_the_old_one(secret, officer, clock):
    newer = sign_in.new_secret()
    with pytest.raises(Invalid):
        sign_in.renew_totp(ACTOR, clock(), Officer.get(), GOOD, newer, "000000")
    with pytest.raises(Invalid):
        sign_in.renew_totp(ACTOR, clock(), Officer.get(), "not the passphrase", newer, code_of(newer, clock))
    sign_in.renew_totp(ACTOR, clock(), Officer.get(), GOOD, newer, code_of(newer, clock))
    clock.move(seconds=60)
    with pytest.raises(Unauthenticated):
        sign_in.prove("chen", GOOD, code_of(secret, clock), clock())
    assert sign_in.prove("chen", GOOD, code_of(newer, clock), clock())
    assert [note.what for note in Audit.select().order_by(Audit.id)] == ["officer.enrolled", "officer.totp"]
