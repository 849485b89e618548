"""Columns that the trade needs beside Peewee's own."""

import json
from datetime import datetime
from typing import Any

from peewee import Field, TextField

from clock import SHANGHAI


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
    """A small JSON document nobody searches in."""

    def db_value(self, value: Any) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def python_value(self, value: Any) -> Any:
        return None if value is None else json.loads(value)


def moment_text(value: datetime) -> str:
    """The stored form of an instant, for statements written by hand."""
    return value.astimezone(SHANGHAI).isoformat(timespec="microseconds")
