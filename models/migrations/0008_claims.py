"""What is only asked for claims nobody any more."""


def up(migrator, db):
    db.execute_sql("UPDATE booking SET detainee_claim = NULL WHERE state = 'submitted' AND detainee_claim IS NOT NULL")


def down(migrator, db):
    """The version before claims again by itself, whatever is booked from then on."""
