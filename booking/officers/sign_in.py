"""How an officer proves who he is: a passphrase [argon2id, RFC 9106] and a code that changes by time [TOTP, RFC 6238]."""

import hmac
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from models import Officer, database
from models.names import composed
from refusals import Invalid, Unauthenticated, WrongState

SHORTEST, LONGEST = 12, 128
STEP_SECONDS = 30
_HASHER = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
_NOBODYS = _HASHER.hash("whoever has no account is measured against this")


def prove(account: str, passphrase: str, code: str, now: datetime) -> Officer:
    """The officer; the code is used up with that. Raises Unauthenticated, and takes as long for an unknown account."""
    officer = Officer.get_or_none(
        (Officer.account == account) & (Officer.state == "active") & Officer.passphrase_hash.is_null(False)
    )
    kept = officer and officer.passphrase_hash
    known = _fits(kept or _NOBODYS, passphrase)
    if not officer or not kept or not known or not _use_code(officer, code, now):
        raise Unauthenticated("账号、口令或动态码不对")
    if _HASHER.check_needs_rehash(kept):
        Officer.update(passphrase_hash=_hash(passphrase)).where(Officer.id == officer.id).execute()
    return officer


def enrol(actor: Actor, now: datetime, officer: Officer, passphrase: str, secret: str, code: str) -> None:
    """Passphrase and secret set, as after a one-time code; `code` shows that the secret has arrived. Raises Invalid."""
    _check_strength(officer, passphrase)
    step = _step_of(secret, code, now)
    with database.atomic():
        Officer.update(
            passphrase_hash=_hash(passphrase),
            totp_sealed=Officer.totp_sealed.seal(secret, id=officer.id),
            totp_last_step=step,
        ).where(Officer.id == officer.id).execute()
        note(actor, now, Kind.OFFICER_ENROLLED, officer.account, centre=officer.centre_id)


def change_passphrase(actor: Actor, now: datetime, officer: Officer, old: str, new: str) -> None:
    """Raises Invalid for a wrong old one or a weak new one."""
    _check_old(officer, old)
    _check_strength(officer, new)
    with database.atomic():
        same = (Officer.id == officer.id) & (Officer.passphrase_hash == officer.passphrase_hash)
        if not Officer.update(passphrase_hash=_hash(new)).where(same).execute():
            raise WrongState("口令刚刚已被更改")
        note(actor, now, Kind.OFFICER_PASSPHRASE, officer.account, centre=officer.centre_id)


def renew_totp(actor: Actor, now: datetime, officer: Officer, passphrase: str, secret: str, code: str) -> None:
    """Another secret in place of the old one. Raises Invalid."""
    _check_old(officer, passphrase)
    step = _step_of(secret, code, now)
    with database.atomic():
        sealed = Officer.totp_sealed.seal(secret, id=officer.id)
        Officer.update(totp_sealed=sealed, totp_last_step=step).where(Officer.id == officer.id).execute()
        note(actor, now, Kind.OFFICER_TOTP, officer.account, centre=officer.centre_id)


def new_secret() -> str:
    return pyotp.random_base32()


def enrolment_uri(officer: Officer, secret: str) -> str:
    """What the QR code says to the officer's authenticator."""
    return pyotp.TOTP(secret).provisioning_uri(name=str(officer.account), issuer_name="会见")


def _check_strength(officer: Officer, passphrase: str) -> None:
    plain = _plain(passphrase)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise Invalid(f"口令须为{SHORTEST}至{LONGEST}个字符")
    if plain.casefold() == officer.account.casefold() or len(set(plain.casefold())) == 1:
        raise Invalid("口令不能与账号相同，也不能全是同一个字符")


def _check_old(officer: Officer, passphrase: str) -> None:
    if not officer.passphrase_hash or not _fits(officer.passphrase_hash, passphrase):
        raise Invalid("现用口令不对")


def _fits(hashed: str, passphrase: str) -> bool:
    try:
        return _HASHER.verify(hashed, _plain(passphrase)[: LONGEST + 1])
    except (Argon2Error, InvalidHashError):
        return False


def _hash(passphrase: str) -> str:
    return _HASHER.hash(_plain(passphrase))


def _plain(passphrase: str) -> str:
    """However the keyboard wrote it."""
    return composed(passphrase, LONGEST + 1)


def _step_of(secret: str, code: str, now: datetime) -> int:
    step = _matching_step(secret, code, now)
    if step is None:
        raise Invalid("动态码不对，请核对手机时间后再试")
    return step


def _use_code(officer: Officer, code: str, now: datetime) -> bool:
    """A code is taken once: the step it belongs to must be later than the last one taken."""
    step = _matching_step(officer.totp_secret, code, now)
    if step is None:
        return False
    fresh = Officer.totp_last_step.is_null() | (Officer.totp_last_step < step)
    taken = Officer.update(totp_last_step=step).where(
        Officer.id == officer.id, Officer.totp_sealed == officer.totp_sealed, fresh
    )
    return bool(taken.execute())


def _matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The 30-second step to which this code belongs, of the last one, this one and the next: clocks differ a little."""
    typed = "".join(composed(code).split()).encode()
    current, found = int(now.timestamp()) // STEP_SECONDS, None
    if not secret:
        return None
    for step in (current + 1, current, current - 1):
        if hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step).encode(), typed):
            found = step
    return found
