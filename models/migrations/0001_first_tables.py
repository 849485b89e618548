"""The tables of the booking path."""

from peewee import *

from models.fields import JSONText
from models.fields import MomentField

def up(migrator, db):
    class Audit(Model):
        at = MomentField(index=True)
        who = CharField(max_length=80)
        what = CharField(max_length=60)
        subject = CharField(max_length=80, default='')
        words = JSONText(default=dict)
        origin = CharField(max_length=64, default='')
        class Meta:
            database = db
            table_name = 'audit'
    db.create_tables([Audit])

    class Lawyer(Model):
        openid = CharField(unique=True, null=True, max_length=64)
        licence_no = CharField(index=True, max_length=17)
        licence_claim = CharField(unique=True, null=True, max_length=17)
        name = CharField(max_length=60)
        firm = CharField(max_length=120)
        id_no_sealed = TextField()
        id_no_index = CharField(max_length=32)
        phone_sealed = TextField()
        phone_claim = CharField(unique=True, null=True, max_length=32)
        state = CharField(max_length=12)
        findings = JSONText(default=list)
        suspended_until = MomentField(null=True)
        created_at = MomentField()
        updated_at = MomentField()
        class Meta:
            database = db
            table_name = 'lawyer'
    db.create_tables([Lawyer])

    class Centre(Model):
        code = CharField(primary_key=True, max_length=20)
        name = CharField(max_length=60)
        address = CharField(max_length=200)
        policy = JSONText(default=dict)
        created_at = MomentField()
        class Meta:
            database = db
            table_name = 'centre'
    db.create_tables([Centre])

    class Slot(Model):
        id = CharField(primary_key=True, max_length=40)
        centre = ForeignKeyField(Centre, on_delete='RESTRICT')
        date = DateField()
        starts_at = MomentField()
        ends_at = MomentField()
        seats = IntegerField()
        window_seats = IntegerField()
        taken = IntegerField(default=0)
        open = BooleanField(default=True)
        closed_reason = CharField(max_length=200, default='')
        class Meta:
            database = db
            table_name = 'slot'
            indexes = ((('centre', 'date'), False), (('starts_at',), False))
    db.create_tables([Slot])

    class Booking(Model):
        ref = CharField(primary_key=True, max_length=8)
        lawyer = ForeignKeyField(Lawyer, on_delete='RESTRICT')
        centre = ForeignKeyField(Centre, on_delete='RESTRICT')
        slot = ForeignKeyField(Slot, on_delete='RESTRICT')
        starts_at = MomentField()
        ends_at = MomentField()
        minutes = SmallIntegerField()
        state = CharField(max_length=12)
        active = SmallIntegerField(null=True)
        detainee_key = CharField(max_length=32)
        detainee_claim = CharField(null=True, max_length=32)
        detainee_sealed = TextField()
        case_no = CharField(null=True, max_length=60)
        mandate = CharField(max_length=12)
        stage = CharField(max_length=16)
        permit_no = CharField(null=True, max_length=60)
        companions = JSONText(default=list)
        findings = JSONText(default=list)
        decision_reason = CharField(null=True, max_length=200)
        created_at = MomentField()
        class Meta:
            database = db
            table_name = 'booking'
            indexes = ((('lawyer', 'slot', 'active'), True), (('slot', 'detainee_claim'), True), (('lawyer', 'starts_at'), False), (('detainee_key', 'starts_at'), False), (('state', 'starts_at'), False), (('case_no',), False))
    db.create_tables([Booking])

    class CentreDay(Model):
        centre = ForeignKeyField(Centre, on_delete='CASCADE')
        day = DateField()
        open = BooleanField()
        reason = TextField(default='')
        class Meta:
            database = db
            table_name = 'centre_day'
            indexes = ((('centre', 'day'), True),)
    db.create_tables([CentreDay])

    class Change(Model):
        booking = ForeignKeyField(Booking, on_delete='CASCADE')
        at = MomentField()
        from_state = CharField(null=True, max_length=12)
        to_state = CharField(max_length=12)
        by = CharField(max_length=80)
        why = CharField(max_length=200, default='')
        class Meta:
            database = db
            table_name = 'change'
    db.create_tables([Change])

    class Consent(Model):
        openid = CharField(max_length=64)
        template_id = CharField(max_length=64)
        left = IntegerField()
        class Meta:
            database = db
            table_name = 'consent'
            indexes = ((('openid', 'template_id'), True),)
    db.create_tables([Consent])

    class Detainee(Model):
        centre = ForeignKeyField(Centre, on_delete='CASCADE')
        key = CharField(max_length=32)
        name_index = CharField(max_length=32)
        name_sealed = TextField()
        ward = CharField(max_length=20)
        case_no = CharField(null=True, max_length=60)
        permit_case = BooleanField(default=False)
        updated_at = MomentField()
        class Meta:
            database = db
            table_name = 'detainee'
            indexes = ((('centre', 'key'), True), (('centre', 'name_index'), False))
    db.create_tables([Detainee])

    class Holiday(Model):
        day = DateField(primary_key=True)
        working = BooleanField()
        name = CharField(max_length=40)
        class Meta:
            database = db
            table_name = 'holiday'
    db.create_tables([Holiday])

    class HolidayTable(Model):
        year = IntegerField(primary_key=True)
        source = CharField(max_length=200)
        imported_at = MomentField()
        class Meta:
            database = db
            table_name = 'holiday_table'
    db.create_tables([HolidayTable])

    class KeptAnswer(Model):
        lawyer = ForeignKeyField(Lawyer, on_delete='CASCADE')
        key = CharField()
        body_hash = CharField(max_length=64)
        booking = CharField(max_length=8)
        answer_sealed = TextField()
        created_at = MomentField(index=True)
        class Meta:
            database = db
            table_name = 'kept_answer'
            indexes = ((('lawyer', 'key'), True),)
    db.create_tables([KeptAnswer])

    class Notice(Model):
        event = CharField(max_length=80)
        kind = CharField(max_length=24)
        channel = CharField(max_length=8)
        lawyer = ForeignKeyField(Lawyer, on_delete='CASCADE')
        booking = CharField(null=True, max_length=8)
        words = JSONText()
        state = CharField(max_length=10)
        due_at = MomentField()
        queued_at = MomentField(null=True)
        attempts = SmallIntegerField(default=0)
        attempted_at = MomentField(null=True)
        ask_at = MomentField(null=True)
        asked = SmallIntegerField(default=0)
        phone_sealed = TextField(null=True)
        biz_id = CharField(null=True, max_length=64)
        code = CharField(null=True, max_length=80)
        problem = CharField(null=True, max_length=300)
        sent_at = MomentField(null=True)
        delivered_at = MomentField(null=True)
        resent_by = CharField(null=True, max_length=80)
        created_at = MomentField()
        class Meta:
            database = db
            table_name = 'notice'
            indexes = ((('event', 'channel'), True), (('state', 'due_at'), False), (('booking',), False))
    db.create_tables([Notice])

    class Officer(Model):
        account = CharField(unique=True, max_length=40)
        name = CharField(max_length=60)
        role = CharField(max_length=10)
        centre = ForeignKeyField(Centre, null=True, on_delete='RESTRICT')
        state = CharField(max_length=10, default='active')
        created_at = MomentField()
        class Meta:
            database = db
            table_name = 'officer'
    db.create_tables([Officer])

    class RollEntry(Model):
        licence_no = CharField(primary_key=True, max_length=17)
        name = CharField(max_length=60)
        firm = CharField(max_length=120)
        id_no_index = CharField(max_length=32)
        phone_index = CharField(null=True, max_length=32)
        state = CharField(max_length=12)
        valid_until = DateField(null=True)
        updated_at = MomentField()
        class Meta:
            database = db
            table_name = 'roll_entry'
    db.create_tables([RollEntry])

    class Session(Model):
        token_hash = CharField(primary_key=True, max_length=64)
        openid = CharField(index=True, max_length=64)
        created_at = MomentField()
        expires_at = MomentField()
        revoked_at = MomentField(null=True)
        class Meta:
            database = db
            table_name = 'session'
    db.create_tables([Session])

    class Suspension(Model):
        lawyer = ForeignKeyField(Lawyer, on_delete='RESTRICT')
        since = MomentField()
        until = MomentField(index=True)
        told_over_at = MomentField(null=True)
        lifted_at = MomentField(null=True)
        lifted_why = CharField(max_length=200, default='')
        class Meta:
            database = db
            table_name = 'suspension'
    db.create_tables([Suspension])

    class Strike(Model):
        booking = ForeignKeyField(Booking, unique=True, on_delete='RESTRICT')
        lawyer = ForeignKeyField(Lawyer, on_delete='RESTRICT')
        kind = CharField(max_length=20)
        state = CharField(max_length=10)
        suspension = ForeignKeyField(Suspension, null=True, on_delete='SET NULL')
        at = MomentField()
        appeal = CharField(null=True, max_length=500)
        appealed_at = MomentField(null=True)
        waived_by = CharField(null=True, max_length=80)
        waived_why = CharField(null=True, max_length=200)
        class Meta:
            database = db
            table_name = 'strike'
            indexes = ((('lawyer', 'state'), False),)
    db.create_tables([Strike])

    class Timetable(Model):
        centre = ForeignKeyField(Centre, on_delete='RESTRICT')
        valid_from = DateField()
        valid_to = DateField(null=True)
        source = CharField(max_length=200)
        imported_at = MomentField()
        class Meta:
            database = db
            table_name = 'timetable'
    db.create_tables([Timetable])

    class TimetableSlot(Model):
        timetable = ForeignKeyField(Timetable, on_delete='CASCADE')
        weekday = IntegerField()
        starts = CharField(max_length=5)
        minutes = IntegerField()
        seats = IntegerField()
        window_seats = IntegerField()
        class Meta:
            database = db
            table_name = 'timetable_slot'
    db.create_tables([TimetableSlot])


def down(migrator, db):
    migrator.migrate(migrator.drop_table('timetable_slot'))
    migrator.migrate(migrator.drop_table('timetable'))
    migrator.migrate(migrator.drop_table('strike'))
    migrator.migrate(migrator.drop_table('suspension'))
    migrator.migrate(migrator.drop_table('session'))
    migrator.migrate(migrator.drop_table('roll_entry'))
    migrator.migrate(migrator.drop_table('officer'))
    migrator.migrate(migrator.drop_table('notice'))
    migrator.migrate(migrator.drop_table('kept_answer'))
    migrator.migrate(migrator.drop_table('holiday_table'))
    migrator.migrate(migrator.drop_table('holiday'))
    migrator.migrate(migrator.drop_table('detainee'))
    migrator.migrate(migrator.drop_table('consent'))
    migrator.migrate(migrator.drop_table('change'))
    migrator.migrate(migrator.drop_table('centre_day'))
    migrator.migrate(migrator.drop_table('booking'))
    migrator.migrate(migrator.drop_table('slot'))
    migrator.migrate(migrator.drop_table('centre'))
    migrator.migrate(migrator.drop_table('lawyer'))
    migrator.migrate(migrator.drop_table('audit'))
