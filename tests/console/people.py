"""Officers who have enrolled, and what they type."""

from datetime import datetime
from typing import Any

import pyotp

from booking.officers import sign_in
from booking.record.actor import Actor
from models import Officer

PASSPHRASE = "a passphrase of the tests"


def enrolled(officer: Officer, now: datetime) -> str:
    """The officer's secret, from now on; the code that proved it is used up."""
    secret = sign_in.new_secret()
    sign_in.enrol(Actor.of(officer, ""), now, officer, PASSPHRASE, secret, code_of(secret, now))
    return secret


def code_of(secret: str, now: datetime) -> str:
    found: str = pyotp.TOTP(secret).generate_otp(int(now.timestamp()) // 30)
    return found


def typed(secret: str, now: datetime, **other: Any) -> dict[str, Any]:
    given = {"account": "gate-pudong", "passphrase": PASSPHRASE, "code": code_of(secret, now)}
    return given | other
