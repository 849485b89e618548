"""Lawyers signed in on their phones."""

from peewee import CharField

from models.base import Table
from models.fields import MomentField


class Session(Table):
    """A sign-in. Only the SHA-256 of the token is kept."""

    token_hash = CharField(64, primary_key=True)
    openid = CharField(64, index=True)
    created_at = MomentField()
    expires_at = MomentField()
    revoked_at = MomentField(null=True, index=True)
