"""People held are found by the centre's own number too."""


def up(migrator, db):
    db.execute_sql('ALTER TABLE "detainee" ADD COLUMN "custody_index" VARCHAR(32)')
    migrator.migrate(migrator.add_index('detainee', ('custody_index',), False))


def down(migrator, db):
    migrator.migrate(migrator.drop_index('detainee', 'detainee_custody_index'))
    db.execute_sql('ALTER TABLE "detainee" DROP COLUMN "custody_index"')
