"""The door for who runs the house: `flask …` commands, one file a subject, each one call to the desk."""

from terminal.arrivals import arrivals
from terminal.centres import centre
from terminal.db import db
from terminal.demo import demo
from terminal.detainees import detainees
from terminal.holidays import holidays
from terminal.lawyers import lawyers
from terminal.mandates import mandate
from terminal.menus import menu
from terminal.notices import notices
from terminal.officers import officer
from terminal.review import review
from terminal.rooms import room
from terminal.seats import seats
from terminal.strikes import strikes
from terminal.timetables import timetable

COMMANDS = (
    db, centre, timetable, holidays, lawyers, mandate, detainees, officer, menu, seats, notices, review, strikes,
    arrivals, room,
    demo,
)  # fmt: skip

__all__ = ["COMMANDS"]
