"""How soon each console page comes with OLD_BOOKINGS bookings in PostgreSQL, over HTTP: `python -m bench.pages`.

The goal is that none takes over 300 ms. `me` asks nothing of the day: what it takes is the way itself, and whatever else
the machine is busy with.
"""

import os
import sys
import time
from datetime import datetime, timedelta
from datetime import time as clock_time
from statistics import median
from typing import NamedTuple

import requests

import clock
import models
from bench import account_world, checks, people
from bench.scale import CENTRES, OLD_BOOKINGS
from bench.servers import ground
from booking.slots import slot_id
from clock import at
from console.door import sessions
from console.door.context import SESSION
from console.door.csrf import FIELD, proof_of
from models import Officer

GOAL_MS = 300
ASKED = 15  # each page, after two that warm it


class Ask(NamedTuple):
    """A page, and the form it is asked with if it is asked with one."""

    path: str
    form: dict[str, str] | None = None


class Officers:
    """A chief's browser."""

    def __init__(self, port: int, token: str):
        self._url, self._proof = f"http://127.0.0.1:{port}/console", proof_of(token)
        self._client = requests.Session()
        self._client.cookies.set(SESSION, token)

    def ask(self, asked: Ask) -> float:
        """Milliseconds until the page was there whole. Raises Wrong for anything but a page."""
        begun = time.perf_counter()
        if asked.form is None:
            answer = self._client.get(self._url + asked.path, allow_redirects=False)
        else:
            answer = self._client.post(self._url + asked.path, data=asked.form | {FIELD: self._proof})
        took = (time.perf_counter() - begun) * 1000
        if answer.status_code != 200:
            raise checks.Wrong(f"{asked}: {answer.status_code} {answer.text[:300]}")
        return took


def main() -> None:
    with ground() as here:
        url, now = here.postgres.fresh(), clock.now()
        say(f"Laying the ground: {OLD_BOOKINGS:,} old bookings …")
        known = account_world.lay(url, here.keyring, now)
        models.open_database(url, here.keyring)
        token = sessions.begin(Officer.get(Officer.account == f"chief-{CENTRES[0]}"), now)
        models.database.close()
        officer = Officers(here.serve("app:create_app", DATABASE_URL=url), token)
        report({name: times(officer, asked) for name, asked in pages(known, now).items()})


def pages(known: account_world.AskedFor, now: datetime) -> dict[str, Ask]:
    today, year_ago = now.date(), now.date() - timedelta(days=364)
    ref, slot = known.today[0], slot_id(CENTRES[0], at(today, clock_time(8, 30)))
    closing = f"first={today + timedelta(days=1)}&last={today + timedelta(days=14)}&reason=x"
    return {
        "me": Ask("/me"),
        "today": Ask("/today"),
        "today, on the wall": Ask("/today?wall=true"),
        "arrivals": Ask("/arrivals"),
        "arrival": Ask(f"/arrivals/{ref}"),
        "review": Ask("/review"),
        "review, clean ones": Ask("/review/clean"),
        "plan": Ask("/plan"),
        "day list": Ask("/plan/list"),
        "bookings": Ask("/bookings"),
        "bookings of the past": Ask("/bookings?past=true"),
        "booking": Ask(f"/bookings/{ref}"),
        "bookings of a lawyer": Ask("/bookings/search", {"lawyer": people.lawyer_name(7)}),
        "bookings of a case": Ask("/bookings/search", {"case_no": "案7"}),
        "bookings of a detainee": Ask("/bookings/search", {"detainee": people.detainee_name(7)}),
        "lawyers": Ask("/lawyers"),
        "lawyers of a name": Ask("/lawyers/search", {"text": people.lawyer_name(7)}),
        "lawyer": Ask("/lawyers/7"),
        "window": Ask("/window"),
        "timetable": Ask("/timetable"),
        "slot": Ask(f"/timetable/slots/{slot}"),
        "closing two weeks": Ask(f"/timetable/closing?{closing}"),
        "weekly": Ask("/timetable/weekly"),
        "policy": Ask("/timetable/policy"),
        "rooms": Ask("/rooms"),
        "messages": Ask("/messages"),
        "figures, four weeks": Ask("/figures"),
        "figures, a year": Ask(f"/figures?from={year_ago}&to={today}"),
        "import": Ask("/import"),
        "officers": Ask("/officers"),
        "audit": Ask("/audit"),
    }


def times(officer: Officers, asked: Ask) -> list[float]:
    return [officer.ask(asked) for _ in range(ASKED + 2)][2:]


def report(found: dict[str, list[float]]) -> None:
    say(f"\n{'milliseconds':24}{'median':>9}{'worst':>9}   one officer, {ASKED} each")
    for name, took in found.items():
        say(f"{name:24}{median(took):9.1f}{max(took):9.1f}")
        if max(took) >= GOAL_MS:
            print(f"  {name} misses its goal of {GOAL_MS} ms", file=sys.stderr)
    slowest = max(found, key=lambda name: median(found[name]))
    say(f"ratio slowest_page_vs_me {median(found[slowest]) / median(found['me']):.3g}   ({slowest})")
    say(f"console_worst_ms {max(max(took) for took in found.values()):.1f}")


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
    try:
        main()
    except checks.Wrong as wrong:
        sys.exit(f"The figures are worth nothing: {wrong}")
