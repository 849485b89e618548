"""Centres as data: added, looked up, and their policy numbers changed, each change on record."""

import json
import re
from collections.abc import Iterable
from datetime import date, datetime

from pydantic import ValidationError

from booking import by_id
from booking.complaints import refusal
from booking.policy import Policy, sound
from booking.record.actor import Actor
from booking.record.kinds import Kind
from booking.record.note import note
from models import Centre, CentreDay, database
from refusals import AlreadyBound, Invalid

_CODE = re.compile(r"[a-z][a-z0-9]{1,19}", re.ASCII)


def every() -> list[Centre]:
    return list(Centre.select().order_by(Centre.code))


def add(actor: Actor, now: datetime, code: str, name: str, address: str) -> Centre:
    """Raises Invalid for a code that can't stand in a slot id, AlreadyBound when it is taken."""
    if not _CODE.fullmatch(code):
        raise Invalid("代码须为2至20个小写字母或数字，以字母开头")
    if not 1 <= len(name) <= 60 or not 1 <= len(address) <= 200:
        raise Invalid("名称须为1至60字，地址须为1至200字")
    row = {"code": code, "name": name, "address": address, "created_at": now}
    with database.atomic():
        if not Centre.insert(row | {"policy": {}}).on_conflict_ignore().as_rowcount().execute():
            raise AlreadyBound(f"代码{code}已登记")
        note(actor, now, Kind.CENTRE_ADD, code, {"name": name}, centre=code)
    return by_id.centre(code)


def parse(settings: Iterable[str]) -> dict[str, object]:
    """`name=value` pairs; an empty value means the default, a value that is not JSON is a text. Raises Invalid."""
    parsed: dict[str, object] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or name not in Policy.model_fields:
            raise Invalid(f"不认识“{setting}”；可设：{'、'.join(Policy.model_fields)}")
        parsed[name] = _value(text)
    return parsed


def set_policy(actor: Actor, now: datetime, code: str, settings: dict[str, object]) -> dict[str, tuple[object, object]]:
    """Change policy numbers; None means the default. Answers `{name: (before, after)}`. Raises NotFound, Invalid."""
    with database.atomic():
        centre = _locked(code)
        before = Policy.of(centre).model_dump(mode="json")
        wanted = sound(centre.policy, code) | settings
        policy = {name: value for name, value in wanted.items() if value is not None}
        after = _checked(policy).model_dump(mode="json")
        changed = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
        others = {name: value for name, value in centre.policy.items() if name not in wanted}
        kept = _beside(others, {name: after[name] for name in policy}, code)
        if kept != centre.policy:
            Centre.update(policy=kept).where(Centre.code == code).execute()
            note(actor, now, Kind.CENTRE_SET, code, changed, centre=code)
    return changed


def set_day(actor: Actor, now: datetime, code: str, day: date, open_: bool | None, reason: str) -> None:
    """The centre's own word about a day, which beats table and weekday; None takes it back. Raises NotFound, Invalid."""
    centre = by_id.centre(code)
    if open_ is False and not reason.strip():
        raise Invalid("不安排会见的日子须写明原因，律师会看到")
    with database.atomic():
        if open_ is None:
            CentreDay.delete().where(CentreDay.centre == centre, CentreDay.day == day).execute()
        else:
            word = CentreDay.insert(centre=centre, day=day, open=open_, reason=reason.strip()[:200])
            targets = [CentreDay.centre, CentreDay.day]
            word.on_conflict(conflict_target=targets, preserve=[CentreDay.open, CentreDay.reason]).execute()
        words = {"day": str(day), "open": open_, "reason": reason}
        note(actor, now, Kind.CENTRE_DAY, code, words, centre=code)


def _locked(code: str) -> Centre:
    """Two who change different numbers at once must not undo one another."""
    by_id.centre(code)
    Centre.update(code=code).where(Centre.code == code).execute()
    return by_id.centre(code)


def _checked(policy: dict[str, object]) -> Policy:
    try:
        return Policy.model_validate(policy)
    except ValidationError as wrong:
        raise refusal("规则", wrong) from None


def _beside(others: dict[str, object], written: dict[str, object], code: str) -> dict[str, object]:
    """What this version doesn't understand stays for the one that does, unless it would undo what is written."""
    if sound(others | written, code) == written:
        return others | written
    return {name: value for name, value in others.items() if name not in Policy.model_fields} | written


def _value(text: str) -> object:
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
