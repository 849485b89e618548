"""时间表, a week: every slot with both ways, planned weeks, holidays, and nothing to press for a reader."""

import pytest

from models import HolidayTable
from tests.booking.conftest import SLOT
from tests.console.conftest import Browser, SignedIn
from tests.console.timetable.conftest import NEXT, WEEK


def test_the_week_shows_every_slot_with_both_ways(chief: Browser, booked) -> None:
    text = chief.get(WEEK).text
    assert "11月27日（周五）" in text
    assert "网上 3/12" in text
    assert "窗口 0/28" in text
    assert f'href="/console/timetable/slots/{SLOT}"' in text


def test_weeks_that_are_not_laid_out_yet_are_shown_as_planned(chief: Browser) -> None:
    text = chief.get("timetable?week=2027-W02").text
    assert "1月11日（周一）" in text and "2027年节假日安排尚未公布" in text
    assert "/console/timetable/slots/pudong-20270111" not in text


def test_a_holiday_has_its_name_and_a_year_without_a_table_is_an_alarm(chief: Browser) -> None:
    HolidayTable.delete().execute()
    text = chief.get(WEEK).text
    assert 'role="alert"' in text and "2026年节假日安排尚未导入" in text


@pytest.mark.parametrize("week", ["2026-W99", "2026-48", "x", "9999-W01", "0000-W01"])
def test_a_strange_week_is_answered_all_the_same(chief: Browser, week: str) -> None:
    assert chief.get(f"timetable?week={week}").status_code in (200, 422)


def test_a_reviewer_reads_and_finds_nothing_to_press(chief: Browser, signed_in: SignedIn) -> None:
    reviewer = signed_in("reviewer")
    for path in (WEEK, NEXT, f"timetable/slots/{SLOT}", "timetable/weekly", "timetable/policy"):
        text = reviewer.get(path).text.partition("<main")[2]
        assert 'method="post"' not in text and "console/timetable/closing" not in text
