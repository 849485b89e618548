"""律师: who he says he is beside what the roll says, his bookings here, strikes, and what is done about them."""

from typing import Literal

from flask import Response, url_for
from pydantic import Field

from booking import words
from booking.fingerprint import LENGTH
from booking.lawyers import licences, own_row, shown, standing, tries
from booking.record.kinds import Kind
from booking.review import dossier, track_record
from booking.search import bookings, lookups
from booking.words import STRIKE_KINDS, STRIKE_STATES
from console.door import back, console, here, note_look, page, say
from console.door.forms import Form, asked, read
from console.door.guesses import count_search, is_personal
from console.door.scope import centre_shown, check_ours, is_ours
from models import Booking, Lawyer, RollEntry, Strike, Suspension
from models.sealed import UNREADABLE
from refusals import NotFound, WrongState

MANY = 50
LARGEST_ID = 2**31 - 1  # what a database takes for one; nobody has it
STATES = {"pending": "待核验", "verified": "已核验", "refused": "未通过"}


class Filter(Form):
    state: Literal["", "pending", "verified"] = ""
    after: int = Field(0, ge=0, le=LARGEST_ID)


class Search(Form):
    text: str = Field(min_length=1, max_length=120)


class Reason(Form):
    why: str = Field(min_length=1, max_length=200)


class Judged(Form):
    """`seen` is the mark of what the page showed of the lawyer."""

    seen: str = Field("", max_length=LENGTH)


class Basis(Judged):
    why: str = Field("", max_length=200)


class Refused(Judged, Reason):
    pass


@console.get("/lawyers")
def lawyers() -> str:
    """Who waits to be verified first of all; and strikes that are appealed against."""
    given = asked(Filter)
    state = given.state or "pending"
    found = bookings.lawyers("", state, MANY + 1, given.after)
    note_look(Kind.LAWYERS_LISTED, state)
    more = url_for("console.lawyers", state=state, after=found[MANY - 1].id) if len(found) > MANY else ""
    shown = {"appeals": standing.appeals(centre_shown().code, here().now), "changing": bookings.changing(MANY)}
    shown["tried"] = tries.often(here().now, MANY)
    return page("lawyers.html", found=found[:MANY], state=state, more=more, **shown, **_words())


@console.post("/lawyers/search")
def search_lawyers() -> str:
    text = read(Search).text
    count_search(here().redis, here().by, text)
    found = bookings.lawyers(text, "", MANY, centre=here().officer.centre_id)
    bound = {one.licence_no for one in found}
    unbound = [entry for entry in bookings.on_roll(text, MANY) if entry.licence_no not in bound]
    by = "number" if is_personal(text) else "name"
    note_look(Kind.LAWYERS_SEARCHED, "", by=by, found=len(found), on_roll=len(unbound))
    return page("lawyers_found.html", found=found, unbound=unbound, **_words())


@console.get("/lawyers/<int:lawyer>")
def lawyer(lawyer: int) -> str:
    found = lawyer_here(lawyer)
    note_look(Kind.LAWYER_SEEN, f"lawyer-{found.id}")
    return _tell(found)


@console.post("/lawyers/<int:lawyer>/numbers")
def show_lawyer_numbers(lawyer: int) -> str:
    """ID number and telephone in full. Raises WrongState where they can't be opened."""
    found = lawyer_here(lawyer)
    check_ours(found)
    note_look(Kind.LAWYER_NUMBERS_SEEN, f"lawyer-{found.id}")
    return _tell(found, numbers={"id_no": opened(found, "id_no"), "phone": opened(found, "phone")})


@console.post("/lawyers/<int:lawyer>/verification")
def verify_lawyer(lawyer: int) -> Response:
    found = lawyer_here(lawyer)
    form = read(Basis)
    done = licences.decide(here().actor, here().now, found.id, True, form.why, seen=form.seen)
    say(f"{done.name} 已核验通过")
    return back("console.lawyer", lawyer=done.id)


@console.post("/lawyers/<int:lawyer>/refusal")
def refuse_lawyer(lawyer: int) -> Response:
    found = lawyer_here(lawyer)
    form = read(Refused)
    licences.decide(here().actor, here().now, found.id, False, form.why, seen=form.seen)
    say(f"{found.name} 核验不通过，律师会看到原因")
    return back("console.lawyers")


@console.post("/lawyers/<int:lawyer>/lift")
def lift_suspension(lawyer: int) -> Response:
    found = lawyer_here(lawyer)
    standing.lift(here().actor, here().now, found.id, read(Reason).why)
    say(f"{found.name} 的暂停已解除，已短信告知")
    return back("console.lawyer", lawyer=found.id)


@console.post("/strikes/<int:strike>/waiver")
def waive_strike(strike: int) -> Response:
    found = _strike_here(strike)
    standing.waive(here().actor, here().now, found.id, read(Reason).why)
    say("爽约已撤销")
    return back("console.lawyer", lawyer=found.lawyer_id)


def lawyer_here(lawyer_id: int) -> Lawyer:
    """One who is verified or waits to be: any centre judges a licence; another only with bookings here.

    Raises NotFound.
    """
    found = bookings.lawyer(min(lawyer_id, LARGEST_ID), here().officer.centre_id)
    if found is None:
        raise NotFound("没有这位律师")
    return found


def opened(lawyer: Lawyer, what: Literal["phone", "id_no"]) -> str:
    """Raises WrongState where the number can't be opened."""
    try:
        return str(getattr(lawyer, what)) or "未填写"
    except UNREADABLE:
        raise WrongState("号码无法读取：密钥已更换或数据损坏，请联系管理员") from None


def _strike_here(strike_id: int) -> Strike:
    """A strike for a booking of a centre the officer may see. Raises NotFound."""
    found = Strike.select(Strike, Booking).join(Booking).where(Strike.id == min(strike_id, LARGEST_ID))
    if own := here().officer.centre_id:
        found = found.where(Booking.centre == own)
    strike: Strike | None = found.first()
    if strike is None:
        raise NotFound("没有这条爽约记录")
    return strike


def _tell(lawyer: Lawyer, numbers: dict[str, str] | None = None) -> str:
    roll = RollEntry.get_or_none(RollEntry.licence_no == lawyer.licence_no)
    strikes = Strike.select(Strike, Booking).join(Booking).where(Strike.lawyer == lawyer.id)
    suspensions = Suspension.select().where(Suspension.lawyer == lawyer.id).order_by(Suspension.id.desc())
    return page(
        "lawyer.html",
        lawyer=lawyer,
        lines=dossier.lawyer_lines(lawyer, roll),
        roll=roll,
        record=track_record.record_of(lawyer.id),
        strikes=list(strikes.order_by(Strike.id.desc()).limit(MANY)),
        suspensions=list(suspensions.limit(MANY)),
        found=lookups.bookings_of(here().officer, lawyer.id, MANY),
        mark=shown.mark(lawyer),
        numbers=numbers or _ends(lawyer),
        revealed=numbers is not None,
        another=own_row.of_another(lawyer) if lawyer.state == licences.PENDING else "",
        tried=tries.at(lawyer.licence_no, here().now),
        mistaken=tries.originals_wrong(lawyer.id, here().now),
        ours=is_ours(lawyer),
        **_words(),
    )


def _ends(lawyer: Lawyer) -> dict[str, str]:
    """As little of each number as tells it from another."""
    try:
        return {"id_no": words.id_ends(lawyer.id_no), "phone": words.phone_ends(lawyer.phone)}
    except UNREADABLE:
        return {"id_no": "无法读取", "phone": "无法读取"}


def _words() -> dict[str, object]:
    return {"words": words, "states": STATES, "strike_states": STRIKE_STATES, "strike_kinds": STRIKE_KINDS}
