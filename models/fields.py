"""Columns that the trade needs beside Peewee's own."""

import json
import logging
from collections.abc import Callable
from datetime import datetime
from string import Formatter
from typing import Any

import orjson
from peewee import Field, Model, TextField

from clock import SHANGHAI
from models.base import keyring
from models.sealed import UNREADABLE

log = logging.getLogger(__name__)

UNREADABLE_WORDS = "（内容无法读取）"


class MomentField(Field):
    """An instant. Written with one offset and one width, so SQLite's text sorts as time does; read aware."""

    field_type = "TIMESTAMPTZ"

    def db_value(self, value: datetime | None) -> str | None:
        return None if value is None else moment_text(value)

    def python_value(self, value: Any) -> datetime | None:
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        return None if value is None else value.astimezone(SHANGHAI)


class JSONText(TextField):
    """A small JSON document nobody searches in.

    A row with no document, or one of another kind, must not keep a page or a duty from all the others: it reads as
    `lost()`, or as empty where there is a default. Without either, reading raises ValueError.
    """

    def __init__(self, *args: object, lost: Callable[[], object] | None = None, **more: object):
        super().__init__(*args, **more)
        self.lost = lost or self.default

    def db_value(self, value: object) -> str | None:
        return None if value is None else orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()

    def python_value(self, value: Any) -> Any:
        if value is None or self.lost is None:
            return None if value is None else json.loads(value)
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            found = None
        lost = self.lost()
        if isinstance(found, type(lost)):
            return found
        log.warning("%s: a stored document can't be read", self)
        return lost


class SealedField(TextField):
    """Personal data at rest [models/sealed.py], bound to its row. The column itself is the sealed text, so statements
    written by hand and many rows at once need nothing of their own; whoever wants the text asks `of(row)`.

    `bound_to` names column and row, as in `booking.detainee:{ref}`. It is authenticated with every value: another
    wording opens none of what is stored.
    """

    def __init__(self, bound_to: str, **more: Any):
        super().__init__(**more)
        self.bound_to = bound_to
        self.names = [name for _, name, _, _ in Formatter().parse(bound_to) if name]

    def seal(self, text: str, **row: object) -> str:
        """`row` gives what `bound_to` names; a row that is not written yet has to know it."""
        return keyring().seal(text, self.bound_to.format(**row)) or ""

    def open(self, sealed: str | None, **row: object) -> str:
        """Empty where nothing is stored. Raises UNREADABLE for what was altered, moved, or sealed with a lost key."""
        return keyring().open(sealed, self.bound_to.format(**row)) or ""

    def of(self, row: Model) -> str:
        """The text in this row. Raises as `open` does."""
        return self.open(getattr(row, self.name), **{name: getattr(row, name) for name in self.names})


class SealedWords(TextField):
    """What people wrote about people, sealed at rest as it is written and opened as it is read; bound to its column.

    Nobody searches in it. What can't be opened reads as `UNREADABLE_WORDS`: a page goes on without it.
    """

    def db_value(self, value: str | None) -> str | None:
        return keyring().seal(value, self.bound_to) if value else value

    def python_value(self, value: str | None) -> str | None:
        try:
            return keyring().open(value, self.bound_to) if value else value
        except UNREADABLE:
            log.warning("%s: what is sealed can't be opened", self)
            return UNREADABLE_WORDS

    @property
    def bound_to(self) -> str:
        return _column(self)


class SealedJSON(JSONText):
    """A JSONText, sealed as SealedWords are."""

    def db_value(self, value: object) -> str | None:
        return keyring().seal(super().db_value(value), self.bound_to)

    def python_value(self, value: Any) -> Any:
        try:
            return super().python_value(keyring().open(value, self.bound_to))
        except UNREADABLE:
            return super().python_value("")

    @property
    def bound_to(self) -> str:
        return _column(self)


def _column(field: Field) -> str:
    return f"{field.model._meta.table_name}.{field.column_name}"


def findings_lost() -> list[dict[str, str]]:
    """Instead of findings that can't be read: none at all would say that everything was in order."""
    return [{"code": "findings_unreadable", "message": "比对结果无法读取，请重新核对"}]


def moment_text(value: datetime) -> str:
    """The stored form of an instant, for statements written by hand."""
    return value.astimezone(SHANGHAI).isoformat(timespec="microseconds")
