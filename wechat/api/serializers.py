"""The answers' words: how a lawyer, a strike, a slot and a booking look in JSON."""

import orjson
from flask import Response

from booking.lawyers import licences
from booking.words import phone_ends
from models import Lawyer, Strike


def as_json(what: object) -> bytes:
    """Instants with their offset and whole seconds; slots and other small values by their fields."""
    return orjson.dumps(what, option=orjson.OPT_OMIT_MICROSECONDS)


def answer(what: object, status: int = 200) -> Response:
    return Response(what if isinstance(what, str | bytes) else as_json(what), status, mimetype="application/json")


def nothing() -> Response:
    response = Response(status=204)
    response.headers.remove("Content-Type")
    return response


def lawyer_json(lawyer: Lawyer | None) -> dict[str, object] | None:
    """Without the ID number; of the phone its ends."""
    if lawyer is None:
        return None
    return {
        "name": lawyer.name,
        "licence_no": lawyer.licence_no,
        "firm": lawyer.firm,
        "phone": phone_ends(lawyer.phone),
        "state": lawyer.state,
        "reason": licences.told_why(lawyer),
    }


def strike_json(strike: Strike) -> dict[str, object]:
    return {
        "id": str(strike.id),
        "kind": strike.kind,
        "at": strike.at,
        "state": strike.state,
        "booking": strike.booking_id,
        "appealed_at": strike.appealed_at,
    }
