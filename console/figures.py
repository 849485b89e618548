"""Figures: each as a chart and, beneath it, as the table it was drawn from."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from flask import Response
from pydantic import Field

from booking.figures import spans
from booking.figures.spans import Figures, Tally
from booking.record.kinds import Kind
from console.door import console, here, note_look, page
from console.door.forms import Form, asked
from console.door.scope import centre_shown, centres_here
from console.door.workbook import workbook_of


class Span(Form):
    """`all` centres only for the bureau."""

    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")
    all: Literal["1"] | None = None


class Column(NamedTuple):
    """A column of numbers; `draws` are how the chart shows it, empty for not at all. Percent are whole numbers of 100."""

    name: str
    draws: str = ""
    unit: str = ""


class Chart(NamedTuple):
    """`about` says in words what is counted."""

    title: str
    about: str
    by: str
    columns: Sequence[Column]
    rows: list[tuple[Any, ...]]


@console.get("/figures")
def figures_page() -> str:
    found, whole, name = _found()
    return page("figures.html", found=found, charts=_charts(found), tiles=_tiles(found.whole), all=whole, about=name)


@console.get("/figures.xlsx")
def figures_export() -> Response:
    found, whole, name = _found()
    words = {"from": found.first.isoformat(), "to": found.last.isoformat()}
    note_look(Kind.FIGURES_EXPORT, "all" if whole else name, **words)
    sheets = [
        (
            chart.title,
            [chart.by, *(f"{c.name}（{c.unit}）" if c.unit else c.name for c in chart.columns)],
            chart.rows,
        )
        for chart in _charts(found)
    ]
    return workbook_of(f"会见统计{found.first}至{found.last}", sheets)


def _found() -> tuple[Figures, bool, str]:
    """The figures asked for, whether they are of all centres, and of which."""
    form, centre = asked(Span), centre_shown()
    first, last = spans.span(form.first, form.last, here().now)
    whole = bool(form.all) and here().officer.centre_id is None
    centres = [one.code for one in centres_here()] if whole else [centre.code]
    return spans.of(centres, first, last, here().now), whole, "全部看守所" if whole else str(centre.name)


def _tiles(whole: Tally) -> list[tuple[str, str]]:
    return [
        ("已会见", f"{whole['held']}"),
        ("席位使用率", _percent_words(whole.use)),
        ("候见时间（中位数）", _words(whole.rank("waits"), "分钟")),
        ("候见时间（90%以内）", _words(whole.rank("waits", 0.9), "分钟")),
        ("爽约率", _percent_words(whole.no_show_rate)),
        ("首次会见等待（中位数）", _words(_days(whole.rank("firsts")), "天")),
        ("遇满额律师", f"{whole['full_lawyers']}"),
        ("短信送达率", _percent_words(whole.delivered_share)),
    ]


def _charts(found: Figures) -> list[Chart]:
    by = "周（起始日）" if found.by_week else "日期"
    spans = [(f"{day:%m-%d}" if found.first.year == found.last.year else f"{day}", t) for day, t in found.spans.items()]
    hours = list(found.hours.items())
    return [
        Chart("席位使用", "席位为网上与现场之和；使用率为会见（含待会见）占席位的比例。", by, (
            Column("网上预约", "stack"), Column("现场登记", "stack"), Column("席位", "line"), Column("已会见"),
            Column("使用率", unit="%"), Column("现场占比", unit="%"),
        ), _rows(spans, lambda t: (
            t["booked"], t["window_booked"], t["seats"], t["held"], _percent(t.use), _percent(t.window_share)))),
        Chart("各时段", "同一律师在一个时段多次遇满额只计一次。", "时段", (
            Column("预约", "bar"), Column("席位", "bar"), Column("遇满额律师", "line"), Column("已会见"),
            Column("使用率", unit="%"), Column("爽约率", unit="%"),
        ), _rows(hours, lambda t: (
            t.taken, t["seats"], t["full"], t["held"], _percent(t.use), _percent(t.no_show_rate)))),
        Chart("候见时间", "从登记到场到会见开始。", by, (
            Column("中位数", "line", "分钟"), Column("90%以内", "line", "分钟"), Column("次数"),
        ), _rows(spans, lambda t: (
            t.rank("waits"), t.rank("waits", 0.9), sum(t.spread("waits").values())))),
        Chart("爽约", "爽约率为爽约占应到（已会见与爽约之和）的比例。", by, (
            Column("爽约", "bar"), Column("爽约率", "", "%"), Column("律师或本所取消"),
        ), _rows(spans, lambda t: (t["no_shows"], _percent(t.no_show_rate), t["cancelled"]))),
        Chart("预约到会见", "网上预约从提交到会见的天数；首次会见为此前无人会见过的在押人员。", by, (
            Column("预约中位数", "line", "天"), Column("首次会见中位数", "line", "天"), Column("首次会见90%以内", "", "天"),
        ), _rows(spans, lambda t: (
            _days(t.rank("leads")), _days(t.rank("firsts")), _days(t.rank("firsts", 0.9))))),
        Chart("未满足的需求", "想约而被告知已约满、或不在预约开放时间内的律师，每人每天只计一次；按其想约的日期。", by, (
            Column("遇满额律师", "stack"), Column("不在开放时间律师", "stack"),
        ), _rows(spans, lambda t: (t["full_lawyers"], t["outside_lawyers"]))),
        Chart("复核", "从提交到决定；系统决定指到期自动处理。", by, (
            Column("民警决定", "stack"), Column("系统决定", "stack"), Column("不通过率", "", "%"),
            Column("用时中位数", "", "小时"),
        ), _rows(spans, lambda t: (
            t["decided"] - t["by_system"], t["by_system"], _percent(t.rejected_share), _hours(t.rank("reviews"))))),
        Chart("短信", "与当日会见有关的短信；已发指尚无送达回执。", by, (
            Column("送达", "stack"), Column("已发", "stack"), Column("失败", "stack"), Column("不明", "stack"),
        ), _rows(spans, lambda t: tuple(t[f"sms_{kind}"] for kind in ("delivered", "sent", "failed", "unknown")))),
    ]  # fmt: skip


def _rows(tallies: Iterable[tuple[str, Tally]], numbers: Any) -> list[tuple[Any, ...]]:
    return [(label, *numbers(tally)) for label, tally in tallies]


def _percent(part: float | None) -> float | None:
    return None if part is None else round(100 * part, 1)


def _percent_words(part: float | None) -> str:
    return _words(_percent(part), "%")


def _words(number: float | None, unit: str) -> str:
    return "—" if number is None else f"{number:g}{unit if unit == '%' else f' {unit}'}"


def _days(hours: int | None) -> float | None:
    return None if hours is None else round(hours / 24, 1)


def _hours(minutes: int | None) -> float | None:
    return None if minutes is None else round(minutes / 60, 1)
