"""Files of the roll: made, brought, read and said yes to; and a register of people held."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace

import pytest

from booking.desk import Desk
from booking.record.actor import Actor
from booking.roll import imports, register, roll, runs
from booking.roll.sheets import Row
from sandbox import world
from sandbox.world.cast import invented_id_no
from tests.booking.conftest import SLOT, Clock, applying

ENGLISH = ("name", "licence_no", "firm", "id_no", "phone", "state", "valid_until")


def cells(number, **change):
    values = {"name": f"演示{number}", "licence_no": f"131012015107{number:05d}", "firm": "上海演示律师事务所",
              "id_no": invented_id_no(number), "phone": f"199001{number:05d}", "state": "active",
              "valid_until": ""}  # fmt: skip
    return {**values, **change}


def sheet(*rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, ENGLISH)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.fixture
def bring(desk):
    def brought(*rows, name="名册.csv"):
        return imports.bring(Actor("chief-pudong"), desk.now(), name, sheet(*rows), "pudong").id

    return brought


@pytest.fixture
def report(desk, bring):
    """Bring a file and have it read."""

    def reported(*rows):
        import_id = bring(*rows)
        runs.work(desk, import_id)
        return imports.find(import_id)

    return reported


def on_the_roll(desk, *rows):
    made = roll.import_roll(Actor("chief"), desk.now(), [Row(n, row) for n, row in enumerate(rows, 2)])
    assert made.written


def bound(desk, number):
    person = cells(number)
    return world.bind(
        world.Person(
            person["name"],
            person["licence_no"],
            person["firm"],
            person["id_no"],
            person["phone"],
            f"o-{number}",
        ),
        desk.now(),
    )


def apply(desk, import_id):
    imports.confirm(Actor("chief-pudong"), desk.now(), import_id)
    runs.work(desk, import_id)
    return imports.find(import_id)


@pytest.fixture
def hold(clock: Clock) -> Callable[..., register.Report]:
    """The register of Pudong is brought, whole."""

    def held(*people: dict[str, str], dry_run: bool = False) -> register.Report:
        rest = {"id_no": "", "custody_no": "", "ward": "三监区", "case_no": "", "permit_case": ""}
        rows = [Row(n, rest | one) for n, one in enumerate(people, 2)]
        chief = Actor("chief-pudong", "pudong", "10.0.0.9")
        report = register.import_register(chief, clock(), "pudong", rows, dry_run=dry_run)
        assert not report.wrong
        return report

    return held


@pytest.fixture
def book(desk: Desk) -> Callable[..., str]:
    """For somebody as the form names him."""

    def booked(lawyer: int, detainee: dict[str, str], slot: str = SLOT) -> str:
        return desk.book(replace(applying(lawyer, slot), detainee=detainee)).ref

    return booked
