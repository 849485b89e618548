"""The letterbox: one row a notice and channel, written in the transaction that causes it."""

from peewee import AutoField, CharField, ForeignKeyField, IntegerField, SmallIntegerField

from models.base import Table
from models.fields import JSONText, MomentField, SealedField
from models.lawyers import Lawyer


class Notice(Table):
    """A message to a lawyer. `event` names what happened once and for all, as in `7K3MPQ2X:confirmed`.

    State: `due` → `sending` → `sent` | `failed` | `unknown` (the provider may or may not have it) | `declined`
    (the lawyer's consent for WeChat messages is used up) | `dropped` (a later one made it untrue). A claim is a
    compare-and-set on it. `told_by` is the officer who told the lawyer by telephone instead.
    """

    id = AutoField()
    event = CharField(80)
    kind = CharField(24)
    channel = CharField(8)
    lawyer = ForeignKeyField(Lawyer, backref="notices", on_delete="CASCADE")
    lawyer_id: int
    booking = CharField(8, null=True)
    words = JSONText(lost=dict)
    state = CharField(10)
    due_at = MomentField()
    queued_at = MomentField(null=True)
    attempts = SmallIntegerField(default=0)
    attempted_at = MomentField(null=True)
    ask_at = MomentField(null=True)
    asked = SmallIntegerField(default=0)
    phone_sealed = SealedField("notice.phone:{id}", null=True)
    biz_id = CharField(64, null=True)
    code = CharField(80, null=True)
    problem = CharField(300, null=True)
    sent_at = MomentField(null=True)
    delivered_at = MomentField(null=True)
    resent_by = CharField(80, null=True)
    told_at = MomentField(null=True)
    told_by = CharField(80, null=True)
    created_at = MomentField()

    class Meta:
        indexes = (
            (("event", "channel"), True),
            (("state", "due_at"), False),
            (("state", "told_at", "created_at"), False),
            (("booking",), False),
        )


class Consent(Table):
    """How many subscription messages of a template the lawyer still allows; each send uses one."""

    id = AutoField()
    openid = CharField(64)
    template_id = CharField(64)
    left = IntegerField()

    class Meta:
        indexes = ((("openid", "template_id"), True),)
