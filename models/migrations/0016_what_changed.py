"""Each second every web process asks for the sessions that ended and the lawyers that changed in the last minute."""


def up(migrator, db):
    db.execute_sql("CREATE INDEX session_revoked_at ON session (revoked_at)")
    db.execute_sql("CREATE INDEX lawyer_updated_at ON lawyer (updated_at)")


def down(migrator, db):
    migrator.migrate(migrator.drop_index("lawyer", "lawyer_updated_at"))
    migrator.migrate(migrator.drop_index("session", "session_revoked_at"))
