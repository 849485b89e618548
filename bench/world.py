"""The databases that are measured: many centres, lawyers with sessions, registers of people held, a full morning."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

import psycopg
from psycopg import Connection

import clock
import models
from bench import people
from bench.scale import (
    BOOKERS,
    CENTRES,
    DAYS,
    FULL_CENTRE,
    FULL_SEATS,
    FULL_STARTS,
    GROWERS,
    LAWYERS,
    OLD_BOOKINGS,
    OLD_DETAINEES,
    POLICY,
    SEATS,
    SITTERS,
    STARTS,
)  # fmt: skip
from booking.documents import document_key
from booking.slots import slot_id
from clock import at
from models import Lawyer, schema
from models.bookings import seal_detainee
from models.detainees import name_key
from models.lawyers import seal_person
from models.sealed import Keyring
from models.states import State

MEETING = timedelta(minutes=90)


def furnish(url: str, keyring: Keyring, now: datetime) -> list[date]:
    """All tables, and all in them but bookings and the past. Answers the days that can be booked."""
    models.open_database(url, keyring)
    schema.upgrade()
    days = [now.date() + timedelta(days=3 + n) for n in range(DAYS)]
    with psycopg.connect(url, autocommit=True) as connection, connection.transaction():
        _centres(connection, days, now)
        _lawyers(connection, now)
        _detainees(connection, now)
        _sit_down(connection, days, now)
    models.database.close()
    return days


def grow_old(url: str, now: datetime) -> None:
    """OLD_BOOKINGS of the past years: of the lawyers and the people of today, and of people long gone."""
    with psycopg.connect(url, autocommit=True) as connection:
        # Rows made in one statement need no check of their references, one by one.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '256MB'")
        for statement in _PAST:
            connection.execute(
                statement, {"many": OLD_BOOKINGS, "people": OLD_DETAINEES, "now": now, "lawyers": LAWYERS - SITTERS}
            )


def settle_down(url: str) -> None:
    """As a database is after some hours: vacuumed, analysed, written out."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def peers(url: str, days: list[date]) -> None:
    """The same slots, sessions and full mornings for the peers' design."""
    from bench import peers as theirs

    theirs.database.init(url)
    theirs.database.create_tables([theirs.Slot, theirs.Session, theirs.Booking])
    theirs.database.close()
    full = [slot_id(FULL_CENTRE, moment) for moment in _moments(days, FULL_STARTS)]
    with psycopg.connect(url, autocommit=True) as connection:
        copy(connection, "peer_slot", "id seats", [(row[0], row[5]) for row in _slots(days)])
        copy(connection, "peer_session", "token_hash lawyer",
              ((hashlib.sha256(people.token(n).encode()).hexdigest(), n + 1) for n in range(LAWYERS)))  # fmt: skip
        copy(connection, "peer_booking",
              "lawyer slot_id minutes detainee_name detainee_id_no mandate stage companions created_at",
              ((LAWYERS - n, slot, 60, "某", people.id_no(n), "entrusted", "trial", "[]", clock.now())
               for slot in full for n in range(FULL_SEATS)))  # fmt: skip
    settle_down(url)


def _centres(connection: Connection, days: list[date], now: datetime) -> None:
    centres = (*CENTRES, FULL_CENTRE)
    years = {day.year for day in (now.date(), now.date() + timedelta(days=30))}
    copy(connection, "holiday_table", "year source imported_at", ((year, "bench", now) for year in years))
    copy(connection, "centre", "code name address policy created_at",
          ((code, f"{code}看守所", "上海", POLICY, now) for code in centres))  # fmt: skip
    copy(connection, "timetable", "id centre_id valid_from source imported_at",
          ((n, code, now.date(), "bench", now) for n, code in enumerate(centres, 1)))  # fmt: skip
    copy(connection, "timetable_slot", "timetable_id weekday starts minutes seats window_seats",
          ((n, weekday, start, 90, SEATS, 28) for n in range(1, len(centres) + 1) for weekday in range(5)
           for start in STARTS))  # fmt: skip
    copy(connection, "centre_day", "centre_id day open reason",
          ((code, day, True, "") for code in centres for day in days))  # fmt: skip
    columns = "id centre_id date starts_at ends_at seats window_seats taken open closed_reason"
    copy(connection, "slot", columns, _slots(days))


def _slots(days: list[date]) -> list[tuple[object, ...]]:
    return [
        (slot_id(code, moment), code, moment.date(), moment, moment + MEETING,
         FULL_SEATS if code == FULL_CENTRE else SEATS, 28,
         FULL_SEATS if code == FULL_CENTRE and f"{moment:%H:%M}" in FULL_STARTS else 0, True, "")
        for code in (*CENTRES, FULL_CENTRE)
        for moment in _moments(days, STARTS)
    ]  # fmt: skip


def _moments(days: list[date], starts: Iterable[str]) -> list[datetime]:
    return [at(day, time.fromisoformat(start)) for day in days for start in starts]


def _lawyers(connection: Connection, now: datetime) -> None:
    """Lawyer n has the id n + 1. Nobody opens what is sealed here, so one seal does for all."""
    sealed = seal_person(0, "0", "0")
    findings = Lawyer.findings.db_value([])
    everybody = range(LAWYERS)
    copy(connection, "roll_entry", "licence_no name plain_name firm id_no_index state updated_at",
          ((people.licence_no(n), people.lawyer_name(n), people.lawyer_name(n), "律所", f"{n}", "active", now)
           for n in everybody))  # fmt: skip
    copy(connection, "lawyer",
          "openid licence_no licence_claim name plain_name firm plain_firm id_no_sealed id_no_index phone_sealed "
          "phone_claim state findings created_at updated_at",
          ((f"bench-{n}", people.licence_no(n), people.licence_no(n), people.lawyer_name(n), people.lawyer_name(n),
            "律所", "律所", sealed["id_no_sealed"], f"{n}", sealed["phone_sealed"], f"{n}", "verified", findings, now, now)
           for n in everybody))  # fmt: skip
    copy(connection, "session", "token_hash openid created_at expires_at",
          ((hashlib.sha256(people.token(n).encode()).hexdigest(), f"bench-{n}", now, now + timedelta(days=30))
           for n in everybody))  # fmt: skip


def _detainees(connection: Connection, now: datetime) -> None:
    """Each lawyer's client is in the register of a centre."""
    copy(connection, "detainee", "centre_id key name_index name_sealed ward case_no permit_case updated_at",
         (_detainee(n, now) for n in range(BOOKERS + GROWERS)))  # fmt: skip


def _detainee(n: int, now: datetime) -> tuple[object, ...]:
    key, name = document_key(people.id_no(n)), people.detainee_name(n)
    sealed = models.Detainee.name_sealed.seal(name, key=key)
    return people.centre_of(n), key, name_key(name), sealed, "一监区", f"案{n}", False, now


def _sit_down(connection: Connection, days: list[date], now: datetime) -> None:
    """The full slots are full of bookings, not by decree."""
    rows = []
    for number, moment in enumerate(_moments(days, FULL_STARTS)):
        for seat in range(FULL_SEATS):
            ref, n = f"F{number:03d}{seat:04d}", LAWYERS - 1 - seat
            key = document_key(people.id_no(n))
            sealed = seal_detainee(ref, {"name": people.detainee_name(n), "id_no": people.id_no(n)})
            rows.append((ref, n + 1, FULL_CENTRE, slot_id(FULL_CENTRE, moment), moment, moment + MEETING, 60,
                         State.SUBMITTED, 1, key, None, sealed, "entrusted", "trial", "[]", "[]", now))  # fmt: skip
    copy(connection, "booking",
          "ref lawyer_id centre_id slot_id starts_at ends_at minutes state active detainee_key detainee_claim "
          "detainee_sealed mandate stage companions findings created_at", rows)  # fmt: skip


def copy(connection: Connection, table: str, columns: str, rows: Iterable[tuple[object, ...]]) -> None:
    with connection.cursor().copy(f"COPY {table} ({', '.join(columns.split())}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


# Old slots have 12 seats, all taken, five a day and centre. Old booking i is the meeting of detainee p with the
# lawyer who has defended him from the first; the first detainees are those the registers name today.
_PAST = (
    """CREATE TEMPORARY TABLE held AS
       SELECT row_number() OVER (ORDER BY id) - 1 AS p, key FROM detainee
       UNION ALL SELECT g, md5(g::text)
       FROM generate_series((SELECT count(*) FROM detainee), %(people)s::bigint - 1) AS g""",
    "CREATE UNIQUE INDEX ON held (p)",
    """CREATE TEMPORARY TABLE past AS
       SELECT i, i / 12 AS s, i %% %(people)s::bigint AS p FROM generate_series(0, %(many)s::bigint - 1) AS i""",
    """INSERT INTO slot (id, centre_id, date, starts_at, ends_at, seats, window_seats, taken, open, closed_reason)
       SELECT 'old-' || s, 'bench' || s %% 8, d, d + h, d + h + interval '90 minutes', 12, 28, 12, true, ''
       FROM (SELECT s, %(now)s::date - 10 - (s / 40)::int AS d, (s / 8 %% 5) * interval '90 minutes' + interval '8:30'
             AS h FROM (SELECT DISTINCT s FROM past) AS numbers) AS times""",
    """INSERT INTO booking (ref, lawyer_id, centre_id, slot_id, starts_at, ends_at, minutes, state, active, detainee_key,
       detainee_claim, detainee_said, detainee_sealed, case_no, mandate, stage, companions, findings, created_at)
       SELECT 'Z' || lpad(i::text, 7, '0'), 1 + past.p %% %(lawyers)s, slot.centre_id, slot.id, slot.starts_at,
       slot.ends_at, 60, CASE WHEN i %% 20 = 0 THEN 'no_show' ELSE 'done' END, 1, key, key, key, repeat('s', 120),
       '案' || past.p, 'entrusted', 'trial', '[]', '[]', slot.starts_at - interval '5 days'
       FROM past JOIN slot ON slot.id = 'old-' || s JOIN held ON held.p = past.p""",
    """INSERT INTO change (booking_id, at, from_state, to_state, by, why)
       SELECT ref, created_at, NULL, 'submitted', 'lawyer', '' FROM booking WHERE ref LIKE 'Z%%'""",
)
