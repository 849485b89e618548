"""Migrations from nothing give exactly the models' tables, on both databases, and go back."""

import threading

import pytest
from playhouse.schema_diff import diff_models

import models
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
