"""That the figures are of the right thing: every answer as expected, every booking answered is there, none too many."""

import psycopg

from bench.client import Rush

_BOOKED = "SELECT count(*) FROM booking WHERE slot_id NOT LIKE 'old-%' AND centre_id <> 'benchfull'"
_WRONG_SLOTS = """SELECT count(*) FROM slot LEFT JOIN (SELECT slot_id, count(*) AS held FROM booking WHERE active = 1
GROUP BY slot_id) AS h ON h.slot_id = slot.id WHERE id NOT LIKE 'old-%' AND (coalesce(held, 0) <> taken OR taken > seats)"""
_PEERS = "SELECT count(*) FROM peer_booking WHERE lawyer <= (SELECT max(lawyer) FROM peer_session) - 12"
_PEERS_OVER = """SELECT count(*) FROM peer_slot WHERE seats < (SELECT count(*) FROM peer_booking
WHERE slot_id = peer_slot.id)"""


class Wrong(Exception):
    """What was measured did not happen as it should."""


def only(name: str, found: Rush, expected: int) -> None:
    """Raises Wrong unless every answer has the expected status."""
    for status, answer in found.samples.items():
        if status != expected:
            body = answer.partition(b"\r\n\r\n")[2][:400].decode("utf-8", "replace")
            raise Wrong(f"{name}: {dict(found.statuses)}; one {status} said: {body}")
    if not found.times:
        raise Wrong(f"{name}: no answer in time")


def no_booking_lost_or_doubled(url: str, answered: int) -> None:
    """Raises Wrong unless SQL holds one booking for each 201, and no slot is over its seats or counts wrong."""
    _expect(url, _BOOKED, answered, "bookings in SQL")
    _expect(url, _WRONG_SLOTS, 0, "slots with a wrong count")


def peers_did_not_oversell(url: str, answered: int) -> None:
    _expect(url, _PEERS, answered, "bookings of the peers' design in SQL")
    _expect(url, _PEERS_OVER, 0, "slots oversold by the peers' design")


def _expect(url: str, question: str, expected: int, what: str) -> None:
    with psycopg.connect(url) as connection:
        found = connection.execute(question.encode()).fetchone()
    if found is None or found[0] != expected:
        raise Wrong(f"{found and found[0]} {what}, not {expected}")
