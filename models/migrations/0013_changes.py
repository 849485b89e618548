"""A firm that a verified lawyer has asked to be written instead of his own waits beside it."""


def up(migrator, db):
    db.execute_sql('ALTER TABLE "lawyer" ADD COLUMN "firm_asked" VARCHAR(120)')
    db.execute_sql("CREATE INDEX lawyer_firm_asked ON lawyer (firm_asked)")


def down(migrator, db):
    migrator.migrate(migrator.drop_index("lawyer", "lawyer_firm_asked"))
    db.execute_sql('ALTER TABLE "lawyer" DROP COLUMN "firm_asked"')
