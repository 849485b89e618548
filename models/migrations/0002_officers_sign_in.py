"""How officers sign in, their one-time codes and sessions; the centre an entry of the record concerns."""

from peewee import *

from models.fields import MomentField

AUDIT_INDEXES = (('centre', 'at'), ('who', 'at'), ('what', 'at'), ('subject', 'at'))


def up(migrator, db):
    migrator.migrate(
        migrator.add_column('officer', 'passphrase_hash', CharField(null=True, max_length=200)),
        migrator.add_column('officer', 'totp_sealed', TextField(null=True)),
        migrator.add_column('officer', 'totp_last_step', IntegerField(null=True)),
        migrator.add_column('officer', 'account_openid', CharField(unique=True, null=True, max_length=64)),
        migrator.add_column('officer', 'website_openid', CharField(unique=True, null=True, max_length=64)),
        migrator.add_column('audit', 'centre', CharField(null=True, max_length=20)),
        *(migrator.add_index('audit', columns, False) for columns in AUDIT_INDEXES),
    )

    class Officer(Model):
        class Meta:
            database = db
            table_name = 'officer'

    class OfficerCode(Model):
        officer = ForeignKeyField(Officer, on_delete='CASCADE')
        kind = CharField(max_length=10)
        code_hash = CharField(unique=True, max_length=64)
        created_at = MomentField()
        expires_at = MomentField()
        used_at = MomentField(null=True)
        class Meta:
            database = db
            table_name = 'officer_code'
    db.create_tables([OfficerCode])

    class OfficerSession(Model):
        token_hash = CharField(primary_key=True, max_length=64)
        officer = ForeignKeyField(Officer, on_delete='CASCADE')
        created_at = MomentField()
        seen_at = MomentField()
        expires_at = MomentField(index=True)
        revoked_at = MomentField(null=True)
        enrolling = BooleanField(default=False)
        totp_offer_sealed = TextField(null=True)
        class Meta:
            database = db
            table_name = 'officer_session'
    db.create_tables([OfficerSession])


def down(migrator, db):
    migrator.migrate(migrator.drop_table('officer_session'))
    migrator.migrate(migrator.drop_table('officer_code'))
    for columns in AUDIT_INDEXES:
        migrator.migrate(migrator.drop_index('audit', 'audit_' + '_'.join(columns)))
    migrator.migrate(
        migrator.drop_column('audit', 'centre'),
        migrator.drop_index('officer', 'officer_website_openid'),
        migrator.drop_index('officer', 'officer_account_openid'),
        *(migrator.drop_column('officer', column) for column in (
            'website_openid', 'account_openid', 'totp_last_step', 'totp_sealed', 'passphrase_hash',
        )),
    )
