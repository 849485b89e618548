"""Limits of rule 9: an officer may lift a lawyer's budget of cancellations; one policy number has another name."""

import json

from peewee import PostgresqlDatabase

from models.fields import MomentField

_WAS, _IS = "confirm_clean_at_once", "confirm_proven_at_once"


def up(migrator, db):
    moment = MomentField.field_type if isinstance(db, PostgresqlDatabase) else 'TIMESTAMPTZ'
    db.execute_sql(f'ALTER TABLE "lawyer" ADD COLUMN "budget_lifted_at" {moment}')
    _rename(db, _WAS, _IS)


def down(migrator, db):
    _rename(db, _IS, _WAS)
    db.execute_sql('ALTER TABLE "lawyer" DROP COLUMN "budget_lifted_at"')


def _rename(db, old, new):
    place = db.param
    for code, text in db.execute_sql("SELECT code, policy FROM centre").fetchall():
        policy = json.loads(text)
        if old in policy:
            policy[new] = policy.pop(old)
            change = f"UPDATE centre SET policy = {place} WHERE code = {place}"
            db.execute_sql(change, (json.dumps(policy, ensure_ascii=False), code))
