"""我的账号: an officer's own affairs."""

from flask import Response

from booking.officers import codes, officers, sign_in
from console.door import back, console, here, page, say, sessions
from console.door.context import SESSION, door
from console.door.costly import lane
from console.door.forms import Form, read
from console.door.qr import picture
from console.door.tries import trying_own
from console.enrolment import same_twice
from console.sign_in import AsTyped, Typed


class NewPassphrase(Form):
    passphrase: AsTyped
    new: AsTyped
    again: AsTyped


class NewTotp(Form):
    passphrase: AsTyped
    code: Typed


@console.get("/me")
def me() -> str:
    return _page()


@console.post("/me/bind-code")
def my_bind_code() -> str:
    """The code is shown this once: only its hash is kept."""
    visit = here()
    code = codes.issue(visit.actor, visit.now, visit.officer, "bind")
    return _page(bind_code=code, bind_until=visit.now + codes.LASTS["bind"])


@console.post("/me/passphrase")
def my_passphrase() -> Response:
    """Raises Invalid, RateLimited, Unavailable."""
    visit, form = here(), read(NewPassphrase)
    same_twice(form.new, form.again)
    with trying_own(visit.redis, visit.by.casefold()), lane(known=True):
        sign_in.change_passphrase(visit.actor, visit.now, visit.officer, form.passphrase, form.new)
    sessions.end_all(visit.officer, visit.now, but=visit.session)
    say("口令已更改，其他设备上的登录已退出")
    return back("console.me")


@console.post("/me/totp-offer")
def my_totp_offer() -> Response:
    sessions.offer_totp(here().session)
    return back("console.me")


@console.post("/me/totp")
def my_totp() -> Response:
    """Raises Invalid, RateLimited, Unavailable."""
    visit, form = here(), read(NewTotp)
    with trying_own(visit.redis, visit.by.casefold()), lane(known=True):
        sign_in.renew_totp(visit.actor, visit.now, visit.officer, form.passphrase, visit.session.totp_offer, form.code)
    sessions.withdraw_offer(visit.session)
    sessions.end_all(visit.officer, visit.now, but=visit.session)
    say("动态码已更换，旧的不再有效")
    return back("console.me")


@console.post("/me/wechat-unbinding")
def my_wechat_unbinding() -> Response:
    """Raises WrongState."""
    officers.unbind_website(here().actor, here().now, here().officer)
    say("已解除微信登录")
    return back("console.me")


@console.post("/me/sign-out-everywhere")
def sign_out_everywhere() -> Response:
    sessions.end_all(here().officer, here().now)
    return _out("已在所有设备上退出登录")


@console.post("/sign-out")
def sign_out() -> Response:
    sessions.end(here().session, here().now)
    return _out("已退出登录")


def _out(words: str) -> Response:
    say(words)
    answer = back("console.sign_in")
    door().cookies.drop(answer, SESSION)
    return answer


def _page(**more: object) -> str:
    officer, secret = here().officer, here().session.totp_offer
    offer = {"secret": secret, "picture": picture(sign_in.enrolment_uri(officer, secret))} if secret else None
    return page("me.html", offer=offer, shortest=sign_in.SHORTEST, **more)
