"""Lawyers 律师, as they bound themselves or were entered at the window."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from peewee import AutoField, CharField, ModelSelect, fn

from models.base import Table, keyring
from models.fields import MomentField, SealedField, SealedJSON, findings_lost
from models.names import plain

if TYPE_CHECKING:
    from models.bookings import Booking
    from models.standing import Strike


class Lawyer(Table):
    """A WeChat identity that says it is this lawyer. State is `pending`, `verified` or `refused`.

    Only the verified hold the licence and the phone (`licence_claim`, `phone_claim`, both unique): a licence number
    is public, so an unproven claim must not keep the true lawyer out. Whoever came to the window without WeChat has no
    `openid`; there the original licence proves him, and `walk_in_claim` makes him one row. What the window did not ask
    for is empty; a binding later takes the row over with all that hangs on it. `verified_as` is the licence that was
    claimed before an unbinding or the roll took the claim: what else stands in a row that claims nothing, anybody typed.
    """

    id = AutoField()
    openid = CharField(64, unique=True, null=True)
    licence_no = CharField(17, index=True)
    licence_claim = CharField(17, unique=True, null=True)
    walk_in_claim = CharField(17, unique=True, null=True)
    verified_as = CharField(17, null=True)
    name = CharField(60)
    plain_name = CharField(60, index=True)
    firm = CharField(120)
    plain_firm = CharField(120)
    firm_asked = CharField(120, null=True, index=True)
    id_no_sealed = SealedField("lawyer.id_no:{id}")
    id_no_index = CharField(32)
    phone_sealed = SealedField("lawyer.phone:{id}")
    phone_claim = CharField(32, unique=True, null=True)
    state = CharField(12, index=True)
    findings = SealedJSON(default=list, lost=findings_lost)
    suspended_until = MomentField(null=True)
    budget_lifted_at = MomentField(null=True)  # cancellations before it count no longer
    created_at = MomentField()
    updated_at = MomentField(index=True)  # with every change: by it the web processes learn of it
    bookings: "ModelSelect[Booking]"
    strikes: "ModelSelect[Strike]"

    @property
    def proven_licence(self) -> str | None:
        """The number this row is or was verified under: by the roll, an officer, or the original at the window."""
        found: str | None = self.licence_claim or self.walk_in_claim or self.verified_as
        return found

    @property
    def phone(self) -> str:
        """The mobile number, 11 digits; empty where nobody knows it."""
        return Lawyer.phone_sealed.of(self) if self.phone_sealed else ""

    @property
    def id_no(self) -> str:
        return Lawyer.id_no_sealed.of(self) if self.id_no_sealed else ""

    def save(self, *args: Any, **more: Any) -> Any:
        self.plain_name, self.plain_firm = plain(self.name), plain(self.firm)
        return super().save(*args, **more)

    def is_suspended(self, now: datetime) -> bool:
        return self.suspended_until is not None and now < self.suspended_until

    @classmethod
    def enter(cls, id_no: str, phone: str, **columns: Any) -> "Lawyer":
        """A new row. What is sealed is bound to its id, so it is written when that is known."""
        with cls._meta.database.atomic():
            made = cls.create(**{"id_no_sealed": "", "id_no_index": "", "phone_sealed": ""} | columns)
            personal = {name: value for name, value in seal_person(made.id, id_no, phone).items() if value}
            if personal:
                cls.update(**personal).where(cls.id == made.id).execute()
        for name, value in personal.items():
            setattr(made, name, value)
        return made

    @classmethod
    def of_openid(cls, openid: str) -> "Lawyer | None":
        return cls.get_or_none(cls.openid == openid)


def called(columns: dict[str, Any]) -> dict[str, Any]:
    """For an update: with the plain forms of name and firm, by which they are found."""
    return columns | {"plain_name": plain(columns["name"]), "plain_firm": plain(columns["firm"])}


def claims_gone() -> dict[str, object]:
    """For an update: licence and phone are claimed no more, and the row keeps what it was verified as."""
    before = fn.COALESCE(Lawyer.licence_claim, Lawyer.verified_as)
    return {"licence_claim": None, "phone_claim": None, "state": "refused", "verified_as": before}


def seal_person(lawyer_id: int, id_no: str, phone: str) -> dict[str, Any]:
    """The columns of this lawyer that hold personal data; a number that nobody gave stays empty."""
    return {
        "id_no_sealed": Lawyer.id_no_sealed.seal(id_no, id=lawyer_id) if id_no else "",
        "id_no_index": keyring().index("id_no", id_no) if id_no else "",
        "phone_sealed": Lawyer.phone_sealed.seal(phone, id=lawyer_id) if phone else "",
    }
