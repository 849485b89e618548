"""After a one-time code: a passphrase of one's own, and a secret for the authenticator."""

from flask import Response

from booking.officers import sign_in
from console.door import back, console, here, page, sessions
from console.door.costly import lane
from console.door.forms import Form, read
from console.door.qr import picture
from console.sign_in import AsTyped, Typed, let_in
from refusals import Invalid, WrongState


class Enrolment(Form):
    passphrase: AsTyped
    again: AsTyped
    code: Typed


@console.get("/enrolment")
def enrol() -> str | Response:
    if not here().session.enrolling:
        return back("console.me")
    secret = here().session.totp_offer
    shown = picture(sign_in.enrolment_uri(here().officer, secret))
    return page("enrolment.html", secret=secret, picture=shown, shortest=sign_in.SHORTEST)


@console.post("/enrolment")
def enrolled() -> Response:
    """Every session there was ends, this one too; the officer goes on in a new one.

    Raises Invalid, WrongState, Unavailable.
    """
    visit = here()
    if not visit.session.enrolling:
        raise WrongState("口令和动态码已设置；要更改，请到“我的账号”")
    form = read(Enrolment)
    same_twice(form.passphrase, form.again)
    with lane(known=True):
        sign_in.enrol(visit.actor, visit.now, visit.officer, form.passphrase, visit.session.totp_offer, form.code)
    sessions.end_all(visit.officer, visit.now)
    return let_in(visit.officer, "", "一次性代码")


def same_twice(passphrase: str, again: str) -> None:
    """Raises Invalid."""
    if passphrase != again:
        raise Invalid("两次输入的口令不一致")
