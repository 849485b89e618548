"""Personal data at rest: which columns hold it, what each value is bound to, and that it opens nowhere else."""

import pytest
from peewee import Value

import models
from clock import now
from models import TABLES, Audit, Lawyer, Notice, Suspension, keyring, sealed_columns
from models.fields import UNREADABLE_WORDS, SealedField, SealedJSON, SealedWords
from models.sealed import UNREADABLE

# What is stored was sealed under these words: whoever changes one makes it unreadable.
BOUND = {
    "booking.detainee_sealed": "booking.detainee:{ref}",
    "detainee.name_sealed": "detainee.name:{key}",
    "kept_answer.answer_sealed": "keptanswer:{lawyer_id}:{key}",
    "lawyer.id_no_sealed": "lawyer.id_no:{id}",
    "lawyer.phone_sealed": "lawyer.phone:{id}",
    "mandate.name_sealed": "mandate.name:{person}",
    "notice.phone_sealed": "notice.phone:{id}",
    "officer.totp_sealed": "officer.totp:{id}",
    "officer_session.totp_offer_sealed": "officer_session.totp:{token_hash}",
    "roll_import_part.sealed": "roll_import.part:{roll_import_id}:{place}",
}


def named(field: SealedField) -> str:
    return f"{field.model._meta.table_name}.{field.column_name}"


COLUMNS = pytest.mark.parametrize("field", sealed_columns(), ids=named)


@pytest.fixture(autouse=True)
def _keys(database: str) -> None:
    """The keyring of the process."""


def row_of(field: SealedField, number: int) -> dict[str, object]:
    return dict.fromkeys(field.names, number)


def test_every_sealed_column_and_what_binds_it() -> None:
    assert {named(field): field.bound_to for field in sealed_columns()} == BOUND


@COLUMNS
def test_a_row_opens_what_was_sealed_for_it(field: SealedField) -> None:
    row = field.model(**row_of(field, 1))
    setattr(row, field.name, field.seal("陶某演", **row_of(field, 1)))
    assert field.of(row) == "陶某演" and "陶某演" not in getattr(row, field.name)


@COLUMNS
def test_what_was_sealed_before_there_was_such_a_field_opens(field: SealedField) -> None:
    sealed = keyring().seal("陶某演", BOUND[named(field)].format(**row_of(field, 1)))
    assert field.open(sealed, **row_of(field, 1)) == "陶某演"


@COLUMNS
def test_a_value_moved_to_another_column_does_not_open(field: SealedField) -> None:
    for other in [one for one in sealed_columns() if one is not field]:
        with pytest.raises(UNREADABLE):
            field.open(other.seal("陶某演", **row_of(other, 1)), **row_of(field, 1))


@COLUMNS
def test_a_value_moved_to_another_row_does_not_open(field: SealedField) -> None:
    for name in field.names:
        with pytest.raises(UNREADABLE):
            field.open(field.seal("陶某演", **row_of(field, 1)), **row_of(field, 1) | {name: 2})


@COLUMNS
def test_an_altered_value_does_not_open(field: SealedField) -> None:
    sealed = field.seal("陶某演", **row_of(field, 1))
    at = sealed.index(".") + 20
    altered = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]
    for broken in (altered, "", "gone00.AAAA"):
        with pytest.raises(UNREADABLE):
            field.open(broken, **row_of(field, 1))


def test_nothing_stored_is_nothing_said() -> None:
    assert Notice.phone_sealed.of(Notice(id=1)) == ""


# What people write about people, opened as it is read.
WORDS = {
    "audit.words", "booking.decision_reason", "change.why", "lawyer.findings", "mandate.ended_why", "strike.appeal",
    "strike.waived_why", "suspension.lifted_why", "visit.papers_owed",
}  # fmt: skip


def test_what_people_write_about_people_is_sealed() -> None:
    columns = [field for table in TABLES for field in table._meta.sorted_fields]
    sealed = [field for field in columns if isinstance(field, SealedWords | SealedJSON)]
    assert {field.bound_to for field in sealed} == WORDS


def test_an_officers_words_stand_nowhere_in_sql_and_are_read_as_written(database: str) -> None:
    said = "金丝雀某（31000019820711200X）不在本所"
    one = Suspension.insert(lawyer=lawyer(), since=now(), until=now(), lifted_why=said).execute()
    Audit.create(at=now(), who="review", what="booking.rejected", words={"why": said})
    stored = str(
        [row for table in ("suspension", "audit") for row in models.database.execute_sql(f"SELECT * FROM {table}")]
    )
    assert len(stored) > 100 and "金丝雀" not in stored and "31000019820711" not in stored
    assert Suspension.get_by_id(one).lifted_why == said and Audit.get().words == {"why": said}
    Suspension.update(lifted_why=Value("gone00.AAAA", converter=False)).execute()
    assert Suspension.get_by_id(one).lifted_why == UNREADABLE_WORDS


def lawyer(phone: str = "13800138000", **other: str) -> Lawyer:
    row = {"licence_no": "1" * 17, "name": "⻢⽴", "firm": "某律所", "openid": "o", "state": "verified"} | other
    return Lawyer.enter("310000198207112000", phone, **row, created_at=now(), updated_at=now())


def test_the_numbers_of_one_row_do_not_open_in_another_of_the_same_licence(database: str) -> None:
    true, impostor = lawyer(), lawyer("13900139000", openid="o2", state="pending")
    assert (Lawyer.get_by_id(true.id).phone, Lawyer.get_by_id(impostor.id).phone) == ("13800138000", "13900139000")
    Lawyer.update(phone_sealed=impostor.phone_sealed).where(Lawyer.id == true.id).execute()
    with pytest.raises(UNREADABLE):
        Lawyer.get_by_id(true.id).phone  # noqa: B018
