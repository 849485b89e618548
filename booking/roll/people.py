"""One person has one licence that has not ended: the lines of a roll beside those that stand."""

from collections.abc import Iterable, Mapping, Sequence

from booking.roll.rows import ENDED, Entry


def clashes(entries: Sequence[tuple[int, Entry]], have: Mapping[str, Entry]) -> dict[int, str]:
    """Row → the licence that has its ID number. A line that can't be taken leaves its licence as it stands, which may
    stand in the way of the next: so it goes on until none is left."""
    taken = {entry.licence_no: (row, entry) for row, entry in entries}
    claims = {entry.id_no_index: (row, entry) for row, entry in entries if entry.state not in ENDED}
    standing = [old for old in have.values() if old.licence_no not in taken]
    found: dict[int, str] = {}
    while standing:
        old = standing.pop()
        if old.state in ENDED or old.id_no_index not in claims:
            continue
        row, entry = claims[old.id_no_index]
        if row in found or entry.licence_no == old.licence_no:
            continue
        found[row] = old.licence_no
        standing.extend(_stays(entry, have))
    return found


def _stays(entry: Entry, have: Mapping[str, Entry]) -> Iterable[Entry]:
    return [have[entry.licence_no]] if entry.licence_no in have else []
