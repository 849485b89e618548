"""The register of people held at a centre, where the centre imports one."""

from peewee import AutoField, BooleanField, CharField, ForeignKeyField

from models.base import Table, keyring
from models.centres import Centre
from models.fields import MomentField, SealedField
from models.names import plain


class Detainee(Table):
    """A person in custody 在押人员, by `key` of a document, or of the centre's own number where there is none; with both
    `custody_index` is of the latter. `permit_case`: endangering state security or terrorism, under investigation."""

    id = AutoField()
    centre = ForeignKeyField(Centre, index=False, backref="detainees", on_delete="CASCADE")
    centre_id: str
    key = CharField(32)
    name_index = CharField(32)
    name_sealed = SealedField("detainee.name:{key}")
    ward = CharField(20)
    case_no = CharField(60, null=True)
    permit_case = BooleanField(default=False)
    custody_index = CharField(32, null=True, index=True)
    updated_at = MomentField()

    class Meta:
        indexes = ((("centre", "key"), True), (("centre", "name_index"), False))

    @property
    def name(self) -> str:
        return Detainee.name_sealed.of(self)


def id_key(id_no: str) -> str:
    """Finds a detainee by ID number, the same at every centre."""
    return keyring().index("detainee", id_no)


def name_key(name: str) -> str:
    """Finds detainees of a name, however it is written; namesakes share it."""
    return keyring().index("detainee-name", plain(name))
