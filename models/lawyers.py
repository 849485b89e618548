"""Lawyers 律师, as they bound themselves or were entered at the window."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from peewee import AutoField, CharField, ModelSelect

from models.base import Table, keyring
from models.fields import JSONText, MomentField, SealedField, findings_lost

if TYPE_CHECKING:
    from models.bookings import Booking
    from models.standing import Strike


class Lawyer(Table):
    """A WeChat identity that says it is this lawyer. State is `pending`, `verified` or `refused`.

    Only the verified hold the licence and the phone (`licence_claim`, `phone_claim`, both unique): a licence number
    is public, so an unproven claim must not keep the true lawyer out. Whoever came to the window without WeChat has no
    `openid`; there the original licence proves him, and `walk_in_claim` makes him one row. What the window did not ask
    for is empty; a binding later takes the row over with all that hangs on it.
    """

    id = AutoField()
    openid = CharField(64, unique=True, null=True)
    licence_no = CharField(17, index=True)
    licence_claim = CharField(17, unique=True, null=True)
    walk_in_claim = CharField(17, unique=True, null=True)
    name = CharField(60, index=True)
    firm = CharField(120)
    id_no_sealed = SealedField("lawyer.id_no:{licence_no}")
    id_no_index = CharField(32)
    phone_sealed = SealedField("lawyer.phone:{licence_no}")
    phone_claim = CharField(32, unique=True, null=True)
    state = CharField(12, index=True)
    findings = JSONText(default=list, lost=findings_lost)
    suspended_until = MomentField(null=True)
    budget_lifted_at = MomentField(null=True)  # cancellations before it count no longer
    created_at = MomentField()
    updated_at = MomentField()
    bookings: "ModelSelect[Booking]"
    strikes: "ModelSelect[Strike]"

    @property
    def phone(self) -> str:
        """The mobile number, 11 digits; empty where nobody knows it."""
        return Lawyer.phone_sealed.of(self) if self.phone_sealed else ""

    @property
    def id_no(self) -> str:
        return Lawyer.id_no_sealed.of(self) if self.id_no_sealed else ""

    def is_suspended(self, now: datetime) -> bool:
        return self.suspended_until is not None and now < self.suspended_until

    @classmethod
    def of_openid(cls, openid: str) -> "Lawyer | None":
        return cls.get_or_none(cls.openid == openid)


def seal_person(licence_no: str, id_no: str, phone: str) -> dict[str, Any]:
    """The columns of a lawyer that hold personal data."""
    return {
        "id_no_sealed": Lawyer.id_no_sealed.seal(id_no, licence_no=licence_no),
        "id_no_index": keyring().index("id_no", id_no),
        "phone_sealed": Lawyer.phone_sealed.seal(phone, licence_no=licence_no),
    }
