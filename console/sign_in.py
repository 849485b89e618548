"""Signing in: by account, passphrase and code; the first time by a one-time code."""

import re
import secrets
from contextlib import suppress
from typing import Annotated

from flask import Response, request, url_for
from pydantic import StringConstraints
from redis.exceptions import RedisError

from booking.officers import codes, sign_in
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from console.door import console, page, say, sessions
from console.door.context import SESSION, door
from console.door.costly import lane
from console.door.forms import Form, read
from console.door.tries import DEVICE_SECONDS, remember, trying
from models import Officer
from networks import network_of
from refusals import Unauthenticated

# Paths of ours, and nothing a browser could read as another host's.
_OWN = re.compile(r"/console/[A-Za-z0-9/_.~%?=&:,+-]*", re.ASCII)

DEVICE = "huijian-device"
_DEVICE = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)

Typed = Annotated[str, StringConstraints(max_length=200)]
AsTyped = Annotated[str, StringConstraints(max_length=200, strip_whitespace=False)]


class Proof(Form):
    account: Typed
    passphrase: AsTyped
    code: Typed
    next: Typed = ""


class OneTimeCode(Form):
    one_time_code: Typed


@console.get("/sign-in", endpoint="sign_in")
def sign_in_page() -> str:
    return _page(request.args.get("next", ""))


@console.post("/sign-in")
def signed_in() -> Response:
    """A wrong try is told on the page itself, to be made again. Raises RateLimited, Unavailable."""
    form, now = read(Proof), door().desk.now()
    try:
        device = door().cookies.read(DEVICE)
        who = form.account.casefold(), request.remote_addr or "", device
        with trying(door().redis, *who) as known, lane(known):
            officer = sign_in.prove(form.account, form.passphrase, form.code, now)
    except Unauthenticated as refusal:
        say(refusal.detail, wrong=True)
        return Response(_page(form.next, form.account), refusal.status)
    return let_in(officer, form.next, "口令")


@console.post("/first-sign-in")
def first_sign_in() -> Response:
    """By a one-time code, on to choosing a passphrase. Raises Invalid, RateLimited."""
    form, now, address = read(OneTimeCode), door().desk.now(), request.remote_addr or ""
    with trying(door().redis, f"one-time code from {network_of(address)}", address):
        officer = codes.redeem(form.one_time_code, "sign_in", now)
    answer = Response(status=303, headers={"Location": url_for("console.enrol")})
    door().cookies.put(answer, SESSION, sessions.begin(officer, now, enrolling=True))
    return answer


def own_path(text: str) -> str:
    """Where to go on after signing in; the front for whatever isn't a page of the console."""
    return text if _OWN.fullmatch(text) and "//" not in text else url_for("console.front")


def let_in(officer: Officer, wanted: str, way: str) -> Response:
    """In, by 303, with the cookie of a new session; `way` goes into the record."""
    now = door().desk.now()
    if (before := sessions.recognise(door().cookies.read(SESSION), now)) is not None:
        sessions.end(before, now)  # the browser keeps one
    answer = Response(status=303, headers={"Location": own_path(wanted)})
    door().cookies.put(answer, SESSION, sessions.begin(officer, now))
    _remember_device(answer, officer)
    words, subject = {"way": way}, officer.account
    note(
        Actor.of(officer, request.remote_addr or ""),
        now,
        Kind.OFFICER_SIGNED_IN,
        subject,
        words,
        centre=officer.centre_id,
    )
    return answer


def _remember_device(answer: Response, officer: Officer) -> None:
    """So that nobody's wrong tries elsewhere keep the officer out at this browser. While Redis is away, not."""
    device = door().cookies.read(DEVICE)
    device = device if _DEVICE.fullmatch(device) else secrets.token_urlsafe(24)
    with suppress(RedisError):
        remember(door().redis, officer.account.casefold(), device)
    door().cookies.put(answer, DEVICE, device, DEVICE_SECONDS)


def _page(wanted: str, account: str = "") -> str:
    return page("sign_in.html", next=own_path(wanted), account=account, cast=_cast())


def _cast() -> list[Officer]:
    if not door().demo_accounts:
        return []
    return list(Officer.select().where(Officer.account.in_(door().demo_accounts)).order_by(Officer.id))
