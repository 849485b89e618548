"""The peers' design, as most booking systems have it: lock the slot's row, count its bookings, insert. No Redis.

Done as well as its few lines allow: connections are kept, the lock is on one row, the count has its index.
"""

import datetime
import hashlib
import os

from flask import Flask, Response, jsonify, request
from peewee import (
    AutoField,
    CharField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    PostgresqlDatabase,
    TextField,
)

database = PostgresqlDatabase(None, prefer_psycopg3=True)


class Slot(Model):
    id = CharField(40, primary_key=True)
    seats = IntegerField()

    class Meta:
        database = database
        table_name = "peer_slot"


class Session(Model):
    token_hash = CharField(64, primary_key=True)
    lawyer = IntegerField()

    class Meta:
        database = database
        table_name = "peer_session"


class Booking(Model):
    id = AutoField()
    lawyer = IntegerField()
    slot = ForeignKeyField(Slot)
    minutes = IntegerField()
    detainee_name = CharField(60)
    detainee_id_no = CharField(18)
    mandate = CharField(12)
    stage = CharField(16)
    companions = TextField(default="[]")
    created_at = DateTimeField(default=datetime.datetime.now)

    class Meta:
        database = database
        table_name = "peer_booking"
        indexes = ((("lawyer", "slot"), True),)


def create_app() -> Flask:
    database.init(os.environ["DATABASE_URL"])
    app = Flask("peers")

    @app.post("/bookings")
    def book() -> tuple[Response, int]:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        session = Session.get(Session.token_hash == hashlib.sha256(token.encode()).hexdigest())
        form = request.get_json()
        with database.atomic():
            slot = Slot.select().where(Slot.id == form["slot_id"]).for_update().get()
            if Booking.select().where(Booking.slot == slot).count() >= slot.seats:
                return jsonify(code="slot_full"), 409
            booking = Booking.create(
                lawyer=session.lawyer,
                slot=slot,
                minutes=form["minutes"],
                detainee_name=form["detainee"]["name"],
                detainee_id_no=form["detainee"]["id_no"],
                mandate=form["mandate"],
                stage=form["stage"],
            )
        return jsonify(id=booking.id, slot=slot.id, minutes=booking.minutes), 201

    return app
