import json
from datetime import date
from pathlib import Path

import pytest

from models import Holiday, HolidayTable, Slot
from sandbox import world
from tests.terminal.conftest import told
from tests.terminal.test_timetables import book

# The SQL is the desk's, and tried on both databases there.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

DATA = Path(__file__).resolve().parents[2] / "data" / "holidays"
YEAR = {
    "year": 2026,
    "source": "更正",
    "holiday": [
        {"name": "元旦", "off": ["2026-01-01", "2026-01-01"]},
        {"name": "劳动节", "off": ["2026-05-01", "2026-05-02"], "work": ["2026-05-09"]},
        {"name": "国庆节", "off": ["2026-10-01", "2026-10-03"]},
        {"name": "临时放假", "off": ["2026-11-30", "2026-11-30"], "work": ["2026-12-05"]},
    ],
}


def written(tmp_path, year):
    file = tmp_path / "year.json"
    file.write_text(json.dumps(year), "utf-8")
    return file


def test_the_shipped_tables_are_imported_and_again(flask, desk):
    for _ in range(2):
        for file in sorted(DATA.glob("*.toml")):
            assert flask("holidays", "import", file).exit_code == 0
    assert [table.year for table in HolidayTable.select().order_by(HolidayTable.year)] == [2025, 2026]
    assert Holiday.select().count() == 33 + 39


def test_a_changed_calendar_lists_the_bookings_it_hits_and_cancels_none(flask, furnished, tmp_path):
    ref = book(furnished, world.WANG, "pudong-20261130-0830")
    hit = told(flask("holidays", "import", written(tmp_path, YEAR), "--json"))["affected"]
    assert [(one["ref"], one["reason"]) for one in hit] == [(ref, "临时放假放假")]
    assert not Slot.get_by_id("pudong-20261130-0830").open
    assert Slot.of_day("pudong", date(2026, 12, 5))[0].open
    assert Slot.get_by_id("pudong-20261130-0830").taken == 1


def test_a_dry_run_leaves_the_year_as_it_was(flask, furnished, tmp_path):
    before = Holiday.select().count()
    assert told(flask("holidays", "import", written(tmp_path, YEAR), "--dry-run", "--json"))["imported"] is False
    assert Holiday.select().count() == before
    assert Slot.get_by_id("pudong-20261130-0830").open


def test_an_empty_or_twisted_year_is_refused(flask, furnished, tmp_path):
    for change in (
        {"holiday": []},
        {"year": 2027},
        {"source": ""},
        {"holiday": [*YEAR["holiday"], {"name": "又", "off": ["2026-05-01", "2026-05-01"]}]},
        {"holiday": [*YEAR["holiday"], {"name": "倒", "off": ["2026-06-03", "2026-06-01"]}]},
        {
            "holiday": [
                *YEAR["holiday"],
                {"name": "工", "off": ["2026-06-01", "2026-06-01"], "work": ["2026-06-02"]},
            ]
        },
        {"holiday": [*YEAR["holiday"], {"name": "日", "off": ["2026-02-29", "2026-02-29"]}]},
        {"more": 1},
    ):
        answered = flask("holidays", "import", written(tmp_path, YEAR | change))
        assert answered.exit_code == 1, change
        assert "有误" in answered.stderr
    assert HolidayTable.get_by_id(2026).source.startswith("国务院办公厅")
