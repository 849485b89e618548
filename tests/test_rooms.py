"""The import law: which room may know of which. docs/design.md draws it; change both together and say why."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

FLOOR = {"refusals", "clock", "circuit_breaker", "pinned_redis", "wake"}
DESK = FLOOR | {"booking", "sms", "models"}
MAY_IMPORT = {
    "refusals": set(),
    "clock": set(),
    "config": set(),
    "circuit_breaker": set(),
    "networks": set(),
    "outer_machine": {"circuit_breaker"},
    "pinned_redis": set(),
    "redis_heartbeats": set(),
    "slow_bodies": {"networks"},
    "known_bodies": set(),
    "wake": set(),
    "house": DESK,
    "models": {"clock"},
    "seats": FLOOR,
    "sms": {"models", "clock", "outer_machine", "wake"},
    "booking": FLOOR | {"seats", "sms", "models"},
    "jobs": DESK | {"redis_heartbeats", "house"},
    "wechat": DESK | {"outer_machine", "networks"},
    "console": DESK | {"outer_machine", "networks"},
    "terminal": DESK | {"house"},
    "watch": DESK | {"redis_heartbeats", "house"},
    "sandbox": DESK,  # the demo world and the stand-ins' texts; the stand-ins themselves know nothing of ours
}
# Inside booking/: what stands on its ground, and which room may know of which beside ground and record.
GROUND = {
    "by_id", "calendar", "complaints", "documents", "fields", "findings", "fingerprint", "identity", "lifecycle", "paging",
    "policy", "refs", "resting", "rules", "slots", "weekly", "words",
}  # fmt: skip
ROOMS: dict[str, set[str]] = {
    "record": set(),
    "officers": set(),
    "search": set(),
    "figures": set(),
    "messages": set(),
    "lawyers": set(),
    "desk": {"lawyers"},
    "review": {"lawyers", "desk"},
    "roll": {"lawyers", "desk"},
    "gate": {"lawyers", "desk"},
    "window": {"lawyers", "desk"},
    "timetable": {"desk", "figures"},
}
STAND_INS = ("sandbox/wechat", "sandbox/aliyun", "sandbox/servers")


def imported(file: Path) -> Iterator[str]:
    """Every module `file` imports, at its top, in a function, or for the type checker only."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def ours(file: Path) -> set[str]:
    rooms = {*MAY_IMPORT, "app", "tests", "bench"}
    return {name.split(".")[0] for name in imported(file)} & rooms


def files(room: str) -> list[Path]:
    return [ROOT / f"{room}.py"] if (ROOT / f"{room}.py").exists() else sorted((ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_knows_only_the_rooms_below_it(room: str) -> None:
    assert files(room), f"{room} is in the law but not in the house"
    broken = {str(file.relative_to(ROOT)): ours(file) - MAY_IMPORT[room] - {room} for file in files(room)}
    assert not {file: rooms for file, rooms in broken.items() if rooms}


@pytest.mark.parametrize("folder", STAND_INS)
def test_a_stand_in_knows_nothing_of_ours(folder: str) -> None:
    assert not {
        str(file): ours(file) - {"sandbox"} for file in (ROOT / folder).rglob("*.py") if ours(file) - {"sandbox"}
    }


def test_nothing_is_missing_from_the_law() -> None:
    rooms = {path.parent.name for path in ROOT.glob("[a-z]*/__init__.py")} | {path.stem for path in ROOT.glob("*.py")}
    assert rooms - {"app", "tests", "bench"} == set(MAY_IMPORT)


def rooms_known(file: Path) -> set[str]:
    """Of `booking/`: the rooms and the files on the ground that `file` imports."""
    known = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "booking":
            known |= {alias.name for alias in node.names}
    return known | {name.split(".")[1] for name in imported(file) if name.startswith("booking.")}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_of_booking_knows_only_the_ground_the_record_and_what_the_law_names(room: str) -> None:
    known = {str(file.relative_to(ROOT)): rooms_known(file) for file in files(f"booking/{room}")}
    allowed = GROUND | ROOMS[room] | {"record", room}
    assert known and not {file: rooms - allowed for file, rooms in known.items() if rooms - allowed}


def test_the_ground_of_booking_knows_only_itself() -> None:
    assert not {name: known for name in GROUND if (known := rooms_known(ROOT / f"booking/{name}.py") - GROUND)}


def test_the_law_inside_booking_names_all_that_is_there() -> None:
    assert {file.stem for file in (ROOT / "booking").glob("*.py")} - {"__init__"} == GROUND
    assert set(ROOMS) == {path.parent.name for path in (ROOT / "booking").glob("*/__init__.py")}


def test_the_desk_knows_no_machine_and_no_door() -> None:
    strangers = {"flask", "apiflask", "redis", "rq", "wechatpy", "aliyunsdkcore", "requests"}
    known = {name.split(".")[0] for file in files("booking") for name in imported(file)}
    assert not known & strangers


def test_only_the_clock_reads_the_wall_clock() -> None:
    """`.now()` and `.today()` of the datetime module, `time.time()`: anywhere else they would hide from the tests."""
    readers = []
    for room in set(MAY_IMPORT) - {"clock", "sandbox"}:
        for file in files(room):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr in ("now", "today", "utcnow"):
                    owner = node.value.id if isinstance(node.value, ast.Name) else ""
                    if owner in ("datetime", "date"):
                        readers.append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert not readers
