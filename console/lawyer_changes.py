"""律师变更: firm, telephone and WeChat of a lawyer, by what he asked for or with the originals at the window."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

from flask import Response
from pydantic import BeforeValidator, Field

from booking.fields import Firm, Phone, number
from booking.lawyers import changes, licences, tries
from console.door import back, console, here, say
from console.door.forms import read
from console.door.guesses import showing_originals
from console.door.scope import is_ours
from console.lawyers import Judged, Reason, lawyer_here
from models import Lawyer, keyring
from refusals import Invalid, WrongState


class AtTheWindow(Reason):
    """`id_no` as the document before the officer has it."""

    id_no: Annotated[str, BeforeValidator(number)] = Field("", max_length=40)


class Change(AtTheWindow):
    firm: Firm | Literal[""] = ""
    phone: Phone | Literal[""] = ""


class Settled(Judged):
    yes: bool
    why: str = Field("", max_length=200)


@console.post("/lawyers/<int:lawyer>/firm")
def settle_firm(lawyer: int) -> Response:
    """The firm a lawyer has asked for, which the roll does not have."""
    found, form = lawyer_here(lawyer), read(Settled)
    changes.settle(here().actor, here().now, found, form.yes, form.why, seen=form.seen)
    say("律师事务所已变更" if form.yes else "变更未通过，仍按原律师事务所办理")
    return back("console.lawyer", lawyer=found.id)


@console.post("/lawyers/<int:lawyer>/change")
def change_lawyer(lawyer: int) -> Response:
    """Firm or telephone, with the originals at the window. Raises Invalid, WrongState, AlreadyBound, RateLimited."""
    found, form = lawyer_here(lawyer), read(Change)
    changes.check_fields(form.firm, form.phone)
    with _originals_of(found, form.id_no):
        changes.at_the_window(here().actor, here().now, found, form.firm, form.phone, form.why)
    say(f"{found.name} 的信息已变更" + ("，已短信告知原手机号" if form.phone else ""))
    return back("console.lawyer", lawyer=found.id)


@console.post("/lawyers/<int:lawyer>/unbinding")
def unbind_lawyer(lawyer: int) -> Response:
    found, form = lawyer_here(lawyer), read(AtTheWindow)
    with _originals_of(found, form.id_no):
        licences.unbind(here().actor, here().now, found.id, form.why)
    say(f"{found.name} 已解除微信绑定，本人可重新绑定")
    return back("console.lawyers")


@contextmanager
def _originals_of(lawyer: Lawyer, id_no: str) -> Iterator[None]:
    """Around what is done for him. A lawyer without a booking here is known here by his documents alone; what else is
    wrong with the form is said before, so that whatever says no to a number has counted it.

    Raises Invalid, WrongState, RateLimited.
    """
    if lawyer.state != "verified":
        raise WrongState("该律师尚未核验通过，不能在窗口变更或解除绑定")
    if is_ours(lawyer):
        yield
        return
    if not lawyer.id_no_index:
        raise WrongState("该律师没有登记身份证号，无法核对，请由他有预约的看守所或全局民警办理")
    with showing_originals(here().redis, here().by, lawyer.id):
        if lawyer.id_no_index != keyring().index("id_no", id_no):
            tries.note_originals(here().actor, here().now, lawyer)
            wrong = {"field": "id_no", "message": "与登记的身份证号不符，请核对原件"}
            raise Invalid("该律师在本所没有预约，请按身份证原件填写身份证号；不符的已记录", errors=[wrong])
        yield
