"""Officers 民警, and how they prove who they are."""

from peewee import AutoField, BooleanField, CharField, ForeignKeyField, IntegerField

from models.base import Table
from models.centres import Centre
from models.fields import MomentField, SealedField


class Officer(Table):
    """An officer 民警. Role is `gate`, `reviewer`, `chief` or `auditor`; no centre means the whole bureau.

    State is `active` or `suspended`. `totp_last_step` is the time step of the last code that was taken: none is taken
    twice. The two openids are different ones: WeChat gives one for each application.
    """

    id = AutoField()
    account = CharField(40, unique=True)
    name = CharField(60)
    role = CharField(10)
    centre = ForeignKeyField(Centre, backref="officers", null=True, on_delete="RESTRICT")
    centre_id: str | None
    state = CharField(10, default="active")
    created_at = MomentField()
    passphrase_hash = CharField(200, null=True)
    totp_sealed = SealedField("officer.totp:{id}", null=True)
    totp_last_step = IntegerField(null=True)
    account_openid = CharField(64, unique=True, null=True)
    website_openid = CharField(64, unique=True, null=True)

    @property
    def totp_secret(self) -> str:
        """Base 32, or empty where none is set."""
        return Officer.totp_sealed.of(self)


class OfficerCode(Table):
    """A one-time code an officer is handed: to sign in for the first time, or to bind the subscription account.

    Kind is `sign_in` or `bind`. Only its keyed hash is kept; `used_at` is set once, also by a newer code.
    """

    id = AutoField()
    officer = ForeignKeyField(Officer, backref="codes", on_delete="CASCADE")
    officer_id: int
    kind = CharField(10)
    code_hash = CharField(64, unique=True)
    created_at = MomentField()
    expires_at = MomentField()
    used_at = MomentField(null=True)


class OfficerSession(Table):
    """Somebody signed in to the console. Only the token's hash is kept.

    `enrolling`: came in by a one-time code, and may do nothing before passphrase and code are set. `totp_offer_sealed`
    is a new secret, offered and not confirmed yet.
    """

    token_hash = CharField(64, primary_key=True)
    officer = ForeignKeyField(Officer, backref="sessions", on_delete="CASCADE")
    officer_id: int
    created_at = MomentField()
    seen_at = MomentField()
    expires_at = MomentField(index=True)
    revoked_at = MomentField(null=True)
    enrolling = BooleanField(default=False)
    totp_offer_sealed = SealedField("officer_session.totp:{token_hash}", null=True)

    @property
    def totp_offer(self) -> str:
        """Base 32, or empty where none is offered."""
        return OfficerSession.totp_offer_sealed.of(self)
