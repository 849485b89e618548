"""民警: who may come in, in which role, at which centre. A centre's chief sees to his own."""

from typing import Annotated

from flask import Response
from pydantic import StringConstraints

from booking.officers import codes, officers
from booking.words import moment_words
from console.door import back, console, here, page, say
from console.door.forms import Form, asked, read
from models import Officer
from refusals import NotFound

AT_ONCE = 100
BUREAU = "-"  # in a form, where leaving it out would be an oversight

Text = Annotated[str, StringConstraints(max_length=80)]


class Page(Form):
    after: Text = ""


class Change(Form):
    name: Text
    role: Text
    centre: Text

    @property
    def code(self) -> str | None:
        return None if self.centre == BUREAU else self.centre


class Newcomer(Change):
    account: Text


@console.get("/officers")
def officers_page() -> str:
    found = officers.of_centre(here().officer.centre_id, asked(Page).after, AT_ONCE + 1)
    following = found[AT_ONCE - 1].account if len(found) > AT_ONCE else None
    shown = {"shown": found[:AT_ONCE], "following": following}
    return page("officers.html", **shown, states=officers.STATES, bureau=BUREAU)


@console.post("/officers")
def add_officer() -> str:
    """With the one-time code for the first sign-in, shown this once. Raises Invalid, AlreadyBound, Forbidden."""
    visit, form = here(), read(Newcomer)
    officers.may_see_to(visit.actor, form.code)
    made = officers.add(visit.actor, visit.now, form.account, form.name, form.role, form.code)
    return _with_code(made)


@console.get("/officers/<account>")
def officer(account: str) -> str:
    return page("officer.html", one=officer_here(account), bureau=BUREAU, states=officers.STATES)


@console.post("/officers/<account>")
def change_officer(account: str) -> Response:
    """Raises NotFound, Invalid, Forbidden."""
    found, form, visit = officer_here(account), read(Change), here()
    officers.change(visit.actor, visit.now, found, form.name, form.role, form.code)
    say(f"{form.name}（{account}）已更改")
    return back("console.officers_page")


@console.post("/officers/<account>/suspension")
def suspend_officer(account: str) -> Response:
    """Raises NotFound, Forbidden, WrongState."""
    found = officer_here(account)
    officers.suspend(here().actor, here().now, found)
    say(f"{found.name}（{account}）已停用，所有登录已退出")
    return back("console.officers_page")


@console.post("/officers/<account>/restoration")
def restore_officer(account: str) -> Response:
    """Raises NotFound, Forbidden, WrongState."""
    found = officer_here(account)
    officers.restore(here().actor, here().now, found)
    say(f"{found.name}（{account}）已恢复")
    return back("console.officers_page")


@console.post("/officers/<account>/sign-in-code")
def officer_sign_in_code(account: str) -> str:
    """Raises NotFound, WrongState."""
    return _with_code(officer_here(account))


def officer_here(account: str) -> Officer:
    """Of a centre the visitor may see. Raises NotFound."""
    found = officers.of_account(account) if account.isascii() and account.isprintable() else None
    own = here().officer.centre_id
    if found is None or own not in (None, found.centre_id):
        raise NotFound("没有这个账号")
    return found


def _with_code(one: Officer) -> str:
    code = codes.issue(here().actor, here().now, one, "sign_in")
    until = moment_words(here().now + codes.LASTS["sign_in"])
    return page("officer_code.html", one=one, code=code, until=until)
