"""Columns that the trade needs beside Peewee's own."""

import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from peewee import Field, TextField

from clock import SHANGHAI

log = logging.getLogger(__name__)


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

    A row whose document is none, or of another kind, must not keep a page or a duty from all the others: it reads as
    `lost()`, or as empty where there is a default. Without either, reading raises ValueError.
    """

    def __init__(self, *args: Any, lost: Callable[[], Any] | None = None, **more: Any):
        super().__init__(*args, **more)
        self.lost = lost or self.default

    def db_value(self, value: Any) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

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


def findings_lost() -> list[dict[str, str]]:
    """Instead of findings that can't be read: none at all would say that everything was in order."""
    return [{"code": "findings_unreadable", "message": "比对结果无法读取，请重新核对"}]


def moment_text(value: datetime) -> str:
    """The stored form of an instant, for statements written by hand."""
    return value.astimezone(SHANGHAI).isoformat(timespec="microseconds")
