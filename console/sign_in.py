"""Signing in to the console."""

import re

from flask import Response, request, url_for

from console.door import console, page
from console.visit import SESSION, door
from models import Officer

# Paths of ours, and nothing a browser could read as another host's.
_OWN = re.compile(r"/console/[A-Za-z0-9/_.~%?=&:,+-]*", re.ASCII)


@console.get("/sign-in")
def sign_in() -> str:
    return page("sign_in.html", next=own_path(request.args.get("next", "")), cast=_cast())


def own_path(text: str) -> str:
    """Where to go on after signing in; the front for whatever isn't a page of the console."""
    return text if _OWN.fullmatch(text) and "//" not in text else url_for("console.front")


def let_in(officer: Officer, wanted: str, token: str) -> Response:
    """In, by 303, with the cookie of a new session."""
    answer = Response(status=303, headers={"Location": own_path(wanted)})
    door().cookies.put(answer, SESSION, token)
    return answer


def _cast() -> list[Officer]:
    if not door().demo_accounts:
        return []
    return list(Officer.select().where(Officer.account.in_(door().demo_accounts)).order_by(Officer.id))
