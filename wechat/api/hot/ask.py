"""The form of a booking as nearly everybody sends it, read in a hundredth of the time that the careful reading takes.

It refuses nothing: what is not quite ordinary (another document than an ID card, somebody who comes along, a blank to be
trimmed, a name that is there twice) is None, and the slow way reads it and says what is wrong.
"""

import hashlib
from collections.abc import Callable
from typing import Annotated, Literal

import msgspec
import orjson
from msgspec import UNSET, Meta, UnsetType

from booking.desk.application import Application, Telling
from booking.fields import unseen
from booking.identity import is_id_no

Text = Annotated[str, Meta(min_length=1, max_length=60)]


class DetaineeAsked(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    name: Text
    id_no: str | UnsetType = UNSET


class Asked(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """As `BookingForm` would have it."""

    slot_id: Annotated[str, Meta(min_length=1, max_length=40)]
    minutes: Annotated[int, Meta(ge=1, le=1440)]
    detainee: DetaineeAsked
    mandate: Literal["entrusted", "legal_aid"]
    stage: Literal["investigation", "prosecution", "trial"]
    case_no: Text | UnsetType = UNSET
    permit_no: Text | UnsetType = UNSET
    companions: Annotated[list[str], Meta(max_length=0)] | UnsetType = UNSET

    @property
    def fingerprint(self) -> str:
        """That of `BookingForm`, where every field stands, said or not, by the alphabet."""
        person = self.detainee
        said: dict[str, object] = {
            "case_no": _or_none(self.case_no),
            "companions": [],
            "detainee": {"custody_no": None, "document": None, "id_no": _or_none(person.id_no), "name": person.name},
            "mandate": self.mandate,
            "minutes": self.minutes,
            "permit_no": _or_none(self.permit_no),
            "slot_id": self.slot_id,
            "stage": self.stage,
        }
        return hashlib.sha256(orjson.dumps(said)).hexdigest()

    def application(
        self, lawyer: int, identity: str, session: str, key: str, render: Telling, vouch: Callable[[], object]
    ) -> Application:
        person = {"name": self.detainee.name}
        if self.detainee.id_no is not UNSET:
            person["id_no"] = self.detainee.id_no
        return Application(
            lawyer_id=lawyer,
            identity=identity,
            session=session,
            key=key,
            body_hash=self.fingerprint,
            slot_id=self.slot_id,
            minutes=self.minutes,
            detainee=person,
            mandate=self.mandate,
            stage=self.stage,
            render=render,
            vouch=vouch,
            case_no=_or_none(self.case_no),
            permit_no=_or_none(self.permit_no),
        )


_decode = msgspec.json.Decoder(Asked).decode


def ordinary(raw: bytes) -> Asked | None:
    """A colon for each member and none in a text: so no name stands there twice."""
    try:
        asked = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    person, number = asked.detainee, asked.detainee.id_no
    texts = [text for text in (person.name, asked.case_no, asked.permit_no) if text is not UNSET]
    members = 5 + len(texts) + (number is not UNSET) + (asked.companions is not UNSET)
    if raw.count(b":") != members or not all(map(_is_as_meant, texts)):
        return None
    if not (asked.slot_id.isascii() and asked.slot_id.isprintable()):
        return None
    return asked if number is UNSET or is_id_no(number) else None


def _is_as_meant(text: str) -> bool:
    return text == text.strip() and not unseen(text)


def _or_none(text: str | UnsetType) -> str | None:
    return None if text is UNSET else text
