"""What is kept for a time only: sessions and codes that have run out."""

from datetime import timedelta

from booking.officers import codes
from booking.record import retention
from booking.record.actor import Actor
from models import Officer, OfficerCode, OfficerSession, Session


def test_what_has_run_out_goes_and_what_is_good_stays(world, clock):
    officer = Officer.create(account="chen", name="陈某", role="gate", centre="pudong", created_at=clock())
    for token, hours in (("over", -1), ("good", 1)):
        OfficerSession.create(
            token_hash=token, officer=officer, created_at=clock(), seen_at=clock(),
            expires_at=clock() + timedelta(hours=hours),
        )  # fmt: skip
    codes.issue(Actor("chief"), clock() - timedelta(hours=1), officer, "bind")
    good = codes.issue(Actor("chief"), clock(), officer, "sign_in")
    assert retention.prune(clock()) == 2
    assert [session.token_hash for session in OfficerSession.select()] == ["good"]
    assert [code.kind for code in OfficerCode.select()] == ["sign_in"]
    assert codes.redeem(good, "sign_in", clock()) == officer


def test_a_phones_session_is_kept_until_a_month_after_it_has_run_out(world, clock):
    """By it who comes back is told from a stranger; it opens nothing."""
    for token, days in (("long over", 31), ("over", 29), ("good", -1)):
        Session.create(
            token_hash=token, openid=token, created_at=clock(), expires_at=clock() - timedelta(days=days)
        )  # fmt: skip
    assert retention.prune(clock()) == 1
    assert {session.token_hash for session in Session.select()} == {"over", "good"}
