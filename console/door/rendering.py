"""How the console answers: pages, fragments, messages, and the way back after a change."""

import base64
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Response, g, render_template, request, url_for
from markupsafe import Markup

from booking.officers.officers import ROLES
from booking.words import CLOSINGS, STATES, day_words, moment_words
from console.door import csrf
from console.door.context import SAID, door, is_htmx
from console.door.rights import may, menu_of
from console.door.scope import centre_shown, centres_here
from models import Centre
from refusals import NotFound

STATIC = Path(__file__).resolve().parent.parent / "static"
_MOST_SAID = 2900  # bytes; base 64 makes a third more of them, and a cookie holds 4 KB
_HTMX = {
    "includeIndicatorStyles": False,
    "allowEval": False,
    "selfRequestsOnly": True,
    "historyCacheSize": 0,
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        {"code": "[45]..", "swap": True, "error": True, "target": "#messages", "swapOverride": "outerHTML"},
    ],
}


def page(template: str, **context: object) -> str:
    """A page, or for a name that begins with `_` a fragment, with what there is to say beside it."""
    rendered = render_template(f"console/{template}", **_around() | context)
    if template.startswith("_") and template != "_messages.html" and g.get("said"):
        rendered += render_template("console/_messages.html", messages=_messages(), beside=True)
    return rendered


def say(words: str, *, wrong: bool = False) -> None:
    """Tell the officer, on this page or the one that comes next."""
    g.setdefault("said", []).append({"words": words, "wrong": wrong})


def back(endpoint: str, **values: Any) -> Response:
    """On to a page after a change, by 303."""
    to = url_for(endpoint, **values)
    if is_htmx():
        return Response(status=204, headers={"HX-Redirect": to})
    return Response(status=303, headers={"Location": to})


def static(name: str) -> str:
    """The address of a file of ours, with its hash in it: it may be kept for ever."""
    return url_for("console.static", name=name, v=version(name))


@lru_cache(200)
def version(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def carry_messages(answer: Response) -> Response:
    """What was said and not shown yet goes along to the next page."""
    if g.get("said"):
        door().cookies.put(answer, SAID, _packed(g.said), 60)
    elif g.get("said_before"):
        door().cookies.drop(answer, SAID)
    return answer


def _packed(said: list[dict[str, Any]]) -> str:
    """The last words matter most, where there are more than a cookie holds."""
    short = [one | {"words": one["words"][:600]} for one in said]
    while len(text := json.dumps(short, ensure_ascii=False).encode()) > _MOST_SAID:
        short = short[1:]
    return base64.urlsafe_b64encode(text).decode()


def _messages() -> list[dict[str, object]]:
    """All that is to be shown now; after that it is said."""
    now, g.said = g.get("said", []), []
    return [*_said_before(), *now]


def _said_before() -> list[dict[str, object]]:
    if not (kept := door().cookies.read(SAID)):
        return []
    g.said_before = True
    try:
        found = json.loads(base64.urlsafe_b64decode(kept))
        return [{"words": str(one["words"]), "wrong": bool(one["wrong"])} for one in found]
    except (ValueError, TypeError, KeyError, RecursionError):
        return []  # nothing we have said


def _around() -> dict[str, object]:
    """What every template finds."""
    about: dict[str, object] = {
        "static": static,
        "csrf": lambda: Markup('<input type="hidden" name="csrf" value="{}">').format(csrf.proof()),
        "csrf_header": lambda: json.dumps({csrf.HEADER: csrf.proof()}),
        "htmx_config": json.dumps(_HTMX),
        "messages": _messages,
        "visit": g.get("visit"),
        "roles": ROLES,
        "states": STATES,
        "closing_reasons": CLOSINGS,
        "day_words": day_words,
        "moment_words": moment_words,
    }
    if (visit := g.get("visit")) is not None:
        role = visit.officer.role
        about |= {"menu": _menu(role), "centres": centres_here(), "centre": _centre()}
        about["may"] = lambda endpoint: may(role, endpoint)
    return about


def _menu(role: str) -> list[dict[str, object]]:
    if g.visit.session.enrolling:
        return []
    return [
        {"url": url_for(f"console.{name}"), "label": label, "here": request.endpoint == f"console.{name}"}
        for name, label in menu_of(role)
    ]


def _centre() -> Centre | None:
    """Of the subject where there is one, else the one picked."""
    if known := {centre.code: centre for centre in centres_here()}.get(g.get("about", "")):
        return known
    try:
        return centre_shown()
    except NotFound:
        return None
