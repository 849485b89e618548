"""Files of the roll: made, brought, read and said yes to."""

import csv
import io

import pytest

from booking.record.actor import Actor
from booking.roll import imports, roll, runs
from booking.roll.sheets import Row
from sandbox import world
from sandbox.world.cast import invented_id_no

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
