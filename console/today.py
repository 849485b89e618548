"""今天: the day as it goes on, on a desk, a phone, or hung on the wall. Asked for all the time, sent when it changed."""

from typing import Any

from flask import Response, url_for
from pydantic import Field

from booking.fingerprint import LENGTH
from booking.gate import today
from console.door import console, here, page
from console.door.forms import Form, asked
from console.door.scope import centre_shown


class Look(Form):
    """`wall`: big, without a menu and without anybody's full name. `seen` is the version shown already."""

    wall: bool = False
    slot: str = Field("", max_length=40)
    seen: str = Field("", max_length=LENGTH)


@console.get("/today", endpoint="today")
def today_page() -> str:
    look = asked(Look)
    return page("today_wall.html" if look.wall else "today.html", **_shown(look))


@console.get("/today/now")
def today_now() -> Response:
    """204 while there is nothing new: the page then stays as it is."""
    look = asked(Look)
    shown = _shown(look)
    if look.seen == shown["day"].version:
        return Response(status=204)
    return Response(page("_wall.html" if look.wall else "_today.html", **shown))


def _shown(look: Look) -> dict[str, Any]:
    centre = centre_shown()
    day = today.of(centre.code, here().now)
    words: dict[str, Any] = {"slot": look.slot or None, "wall": "true" if look.wall else None}
    again = url_for("console.today_now", centre=centre.code, seen=day.version, **words)
    return {"day": day, "shown": day.shown(look.slot), "again": again, "centre": centre}
