"""SQL. Fields, indexes and questions; the verbs are the desk's."""

from models.audit import Audit
from models.base import Table, database, keyring, on_postgres, open_database, rows_of
from models.bookings import Booking, Change
from models.centres import Centre, CentreDay, Holiday, HolidayTable, Timetable, TimetableSlot
from models.detainees import Detainee
from models.fields import SealedField
from models.figures import DayFigures, SlotFigures, TurnedAway
from models.kept_answers import KeptAnswer
from models.lawyers import Lawyer
from models.mandates import Mandate, MandateNumber
from models.notices import Consent, Notice
from models.officers import Officer, OfficerCode, OfficerSession
from models.rests import Rest
from models.roll import RollEntry
from models.roll_imports import RollImport, RollImportLine, RollImportPart
from models.sessions import Session
from models.slots import Slot
from models.standing import Strike, Suspension
from models.visits import PlanPrint, Room, Visit

TABLES: list[type[Table]] = [
    Centre, Timetable, TimetableSlot, HolidayTable, Holiday, CentreDay, Slot, RollEntry, Lawyer, Session,
    Consent, Suspension, Detainee, Booking, Change, Strike, KeptAnswer, Notice, Officer, OfficerCode,
    OfficerSession, Audit, RollImport, RollImportPart, RollImportLine, SlotFigures, DayFigures, TurnedAway,
    Room, Visit, PlanPrint, Mandate, MandateNumber, Rest,
]  # fmt: skip


def sealed_columns() -> list[SealedField]:
    """Every column that holds personal data sealed: what a change of keys has to go through."""
    return [field for table in TABLES for field in table._meta.sorted_fields if isinstance(field, SealedField)]


__all__ = [
    "TABLES", "Audit", "Booking", "Centre", "CentreDay", "Change", "Consent", "DayFigures", "Detainee", "Holiday",
    "HolidayTable", "KeptAnswer", "Lawyer", "Mandate", "MandateNumber", "Notice", "Officer", "OfficerCode",
    "OfficerSession", "PlanPrint", "Rest", "RollEntry", "RollImport", "RollImportLine", "RollImportPart", "Room",
    "Session", "Slot", "SlotFigures", "Strike", "Suspension", "Table", "Timetable", "TimetableSlot", "TurnedAway",
    "Visit", "database", "keyring", "on_postgres", "open_database", "rows_of", "sealed_columns",
]  # fmt: skip
