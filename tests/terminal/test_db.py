"""Migrations from nothing give exactly the models' tables, on both databases, and go back."""

import json
import threading

import pytest
from playhouse.schema_diff import diff_models

import models
from booking.documents import keys_of, numbers_said, said_key
from models import schema
from tests.conftest import KEYRING


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request, tmp_path):
    """The URL of an open database without any table."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.db'}"
        models.open_database(url, KEYRING)
        yield url
        models.database.close()
        return
    server = request.getfixturevalue("postgres_server")
    url = server.fresh()
    models.open_database(url, KEYRING)
    yield url
    models.database.close()
    server.drop(url)


def difference():
    return diff_models(models.database.obj, models.TABLES)


def test_upgrading_from_nothing_gives_exactly_the_models_tables(empty):
    assert difference()
    assert schema.pending()
    assert schema.upgrade() == [path.stem for path in sorted(schema.MIGRATIONS.glob("0*.py"))]
    assert not difference(), difference()
    assert schema.pending() == [] and schema.upgrade() == []


def test_a_downgrade_takes_everything_back(empty):
    first = schema.upgrade()[0]
    schema.downgrade(first)
    assert models.database.get_tables() == ["schema_migration"]
    schema.upgrade()
    assert not difference()


def test_no_index_begins_another(empty):
    schema.upgrade()
    needless = []
    for table in models.database.get_tables():
        indexes = {tuple(index.columns): index for index in models.database.get_indexes(table)}
        begun = {columns[:n] for columns in indexes for n in range(1, len(columns))}
        needless += [index.name for columns, index in indexes.items() if columns in begun and not index.unique]
    assert needless == []


def test_two_that_start_at_once_upgrade_once(empty):
    barrier, done = threading.Barrier(2), []

    def start():
        barrier.wait()
        done.append(schema.upgrade())
        models.database.close()

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(bool, done)) == [False, True]


def test_the_command_says_what_it_did(flask):
    schema.database.drop_tables([*reversed(models.TABLES)])
    try:
        assert "已完成" in flask("db", "upgrade").stdout
        assert "已是最新" in flask("db", "upgrade").stdout
    finally:
        schema.database.execute_sql("DROP TABLE schema_migration")


def test_who_arrived_before_there_were_visits_gets_one_from_the_steps(empty):
    """Written by hand, since the models of today know columns the tables of then did not have."""
    schema.upgrade()
    schema.downgrade("0003_visits")
    opened, begun = "2026-11-27T08:00:00.000000+08:00", "2026-11-27T08:{}:00.000000+08:00"
    row("centre", code="p", name="p", address="p", policy="{}", created_at=opened)
    row("slot", id="s", centre_id="p", date="2026-11-27", starts_at=opened, ends_at=opened, seats=1, window_seats=1,
        taken=1, open=True, closed_reason="")  # fmt: skip
    row("lawyer", id=1, licence_no="1", name="l", firm="f", id_no_sealed="", id_no_index="", phone_sealed="",
        state="verified", findings="[]", created_at=opened, updated_at=opened)  # fmt: skip
    row("booking", ref="7K3MPQ2X", lawyer_id=1, centre_id="p", slot_id="s", starts_at=opened, ends_at=opened, minutes=60,
        state="meeting", detainee_key="", detainee_sealed="", mandate="entrusted", stage="trial", companions="[]",
        findings="[]", created_at=opened)  # fmt: skip
    for state, minute in (("arrived", "20"), ("meeting", "31")):
        row("change", booking_id="7K3MPQ2X", at=begun.format(minute), to_state=state, by="gate", why="")
    schema.upgrade()
    visit = models.Visit.get()
    assert (visit.booking_id, visit.who, visit.entered_late) == ("7K3MPQ2X", "gate", False)
    assert [at and f"{at:%H:%M}" for at in (visit.arrived_at, visit.started_at, visit.ended_at)] == [
        "08:20",
        "08:31",
        None,
    ]


def test_words_and_numbers_are_sealed_and_names_found_after_an_upgrade_and_back_again(empty):
    schema.upgrade()
    schema.downgrade("0012_sealed_words")
    seal, day = KEYRING.seal, "2026-11-27T08:00:00.000000+08:00"
    key = {dots: KEYRING.index("detainee-name", f"阿卜杜{dots}热合曼") for dots in ("·", "")}
    row("centre", code="p", name="p", address="p", policy="{}", created_at=day)
    row("slot", id="s", centre_id="p", date="2026-11-27", starts_at=day, ends_at=day, seats=1, window_seats=1, taken=1,
        open=True, closed_reason="")  # fmt: skip
    row("lawyer", id=1, licence_no="7", name="⻢ 立", firm="某（所）", id_no_sealed=seal("id", "lawyer.id_no:7"),
        id_no_index="", phone_sealed=seal("138", "lawyer.phone:7"), state="refused", created_at=day, updated_at=day,
        findings='[{"code":"officer","message":"金丝雀"}]')  # fmt: skip
    row("roll_entry", licence_no="7", name="⻢ 立", firm="f", id_no_index="", state="active", updated_at=day)
    row("detainee", centre_id="p", key="k", name_index=key["·"], name_sealed=seal("阿卜杜·热合曼", "detainee.name:k"),
        ward="1", permit_case=False, updated_at=day)  # fmt: skip
    row("booking", ref="7K3MPQ2X", lawyer_id=1, centre_id="p", slot_id="s", starts_at=day, ends_at=day, minutes=60,
        state="rejected", detainee_key=key["·"], decision_reason="金丝雀不在本所", mandate="entrusted", stage="trial",
        detainee_sealed=seal('{"name":"阿卜杜·热合曼"}', "booking.detainee:7K3MPQ2X"), companions="[]", findings="[]",
        created_at=day)  # fmt: skip
    row("audit", at=day, who="w", what="x", subject="", words='{"why":"金丝雀"}', origin="")
    before = everything()
    schema.upgrade()
    assert "金丝雀" not in str(everything())
    lawyer, booking = models.Lawyer.get(), models.Booking.get()
    assert (lawyer.id_no, lawyer.phone, lawyer.plain_name, lawyer.plain_firm) == ("id", "138", "马立", "某(所)")
    assert lawyer.findings[0]["message"] == "金丝雀" and models.RollEntry.get().plain_name == "马立"
    assert booking.decision_reason == "金丝雀不在本所" and models.Audit.get().words == {"why": "金丝雀"}
    assert booking.detainee_said == said_key("p", {"name": "阿卜杜热合曼"})
    assert not booking.names_one and booking.detainee_key == key[""] == models.Detainee.get().name_index
    schema.downgrade("0012_sealed_words")
    assert everything() == before


def test_what_forms_and_mandates_know_of_numbers_is_there_after_an_upgrade(empty):
    schema.upgrade()
    schema.downgrade("0017_known_numbers")
    day, asked = "2026-11-27T08:00:00.000000+08:00", {"name": "某", "id_no": "E12345678", "custody_no": "看9"}
    document, custody = keys_of("p", asked)
    row("centre", code="p", name="p", address="p", policy="{}", created_at=day)
    row("slot", id="s", centre_id="p", date="2026-11-27", starts_at=day, ends_at=day, seats=1, window_seats=1, taken=1,
        open=True, closed_reason="")  # fmt: skip
    row("lawyer", id=1, licence_no="7", name="某", firm="某", id_no_sealed="", id_no_index="", phone_sealed="",
        state="verified", findings="[]", created_at=day, updated_at=day)  # fmt: skip
    row("detainee", centre_id="p", key=document, custody_index=custody, name_index="n", name_sealed="", ward="1",
        permit_case=False, updated_at=day)  # fmt: skip
    forms = {"7K3MPQ2X": asked, "7K3MPQ2Y": {"name": "某", "id_no": "11010519491231002X"}, "7K3MPQ2Z": {"name": "某"}}
    for ref, form in forms.items():
        sealed = KEYRING.seal(json.dumps(form), f"booking.detainee:{ref}")
        row("booking", ref=ref, lawyer_id=1, centre_id="p", slot_id="s", starts_at=day, ends_at=day, minutes=60,
            state="rejected", detainee_key="k", detainee_sealed=sealed, mandate="entrusted", stage="trial",
            companions="[]", findings="[]", created_at=day)  # fmt: skip
    for person in (custody, "another"):
        row("mandate", lawyer_id=1, centre_id="p", person=person, stage="trial", name_sealed="", seen="[]",
            proven_at=day, proven_by="c", active=1, ended_why="")  # fmt: skip
    schema.upgrade()
    kept = {booking.ref: tuple(booking.detainee_numbers.split()) for booking in models.Booking.select()}
    assert kept == {ref: numbers_said("p", form) for ref, form in forms.items()}
    known = {mandate.person: mandate.keys for mandate in models.Mandate.select()}
    assert known == {custody: {document, custody}, "another": {"another"}}
    numbers = {(one.mandate.person, one.key) for one in models.MandateNumber.select()}
    assert numbers == {(custody, document), (custody, custody), ("another", "another")}
    schema.downgrade("0018_mandate_numbers")
    models.database.execute_sql("UPDATE mandate SET person = 'moved' WHERE person = 'another'")
    schema.upgrade()
    assert {(one.mandate.person, one.key) for one in models.MandateNumber.select()} >= {
        ("moved", k) for k in ("moved", "another")
    }


def test_what_a_row_was_verified_as_is_filled_in_where_it_proves_itself(empty):
    """The roll has licence and ID number, or an officer unbound the row; of others anything may have been typed."""
    schema.upgrade()
    schema.downgrade("0019_verified_as")
    day, other = "2026-11-27T08:00:00.000000+08:00", {"id_no_sealed": "", "phone_sealed": "", "findings": "[]"}

    def lawyer(number, licence, index, hangs=True, **more):
        row("lawyer", id=number, licence_no=licence, name="某", firm="某", id_no_index=index, plain_name="某",
            plain_firm="某", created_at=day, updated_at=day, **other,
            **{"state": "refused", "suspended_until": day if hangs else None} | more)  # fmt: skip

    row("roll_entry", licence_no="7", name="某", plain_name="某", firm="f", id_no_index="i", state="active",
        updated_at=day)  # fmt: skip
    row("audit", at=day, who="w", what="licence.unbound", subject="lawyer-3", words="", origin="")
    row("audit", at=day, who="w", what="licence.unbound", subject="lawyer-6", words="", origin="")
    lawyer(1, "7", "i", openid="o-1")
    lawyer(2, "7", "another", openid="o-2", state="pending")
    lawyer(3, "8", "j")
    lawyer(4, "7", "another")
    lawyer(5, "7", "i", hangs=False, openid="o-5")
    lawyer(6, "9", "k", openid="o-6", state="pending")
    lawyer(7, "6", "l", openid="o-7", licence_claim="6", state="verified")
    schema.upgrade()
    assert {one.id: one.verified_as for one in models.Lawyer if one.verified_as} == {1: "7", 3: "8"}
    assert models.Lawyer.get_by_id(7).proven_licence == "6"


def everything():
    """What can be compared: a seal is another one each time."""
    ask = models.database.execute_sql
    return [
        list(ask("SELECT detainee_key, decision_reason FROM booking")), list(ask("SELECT words FROM audit")),
        list(ask("SELECT findings, name FROM lawyer")), list(ask("SELECT name_index FROM detainee")),
    ]  # fmt: skip


def row(table, **columns):
    names = ", ".join(f'"{name}"' for name in columns)
    places = ", ".join([models.database.param] * len(columns))
    models.database.execute_sql(f"INSERT INTO {table} ({names}) VALUES ({places})", tuple(columns.values()))
