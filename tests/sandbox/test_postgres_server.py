"""The PostgreSQL of the tests: its own databases, and nothing left behind."""

import pwd
import shutil
import subprocess
import sys

import psycopg
import pytest

from sandbox.servers import postgres, postgres_program
from sandbox.servers.child import NotAvailable


@pytest.fixture(scope="module")
def server():
    with postgres.running() as running:
        yield running


def ask(url, question):
    with psycopg.connect(url) as connection:
        return connection.execute(question).fetchone()[0]


def test_a_fresh_database_is_empty_and_not_the_last_one(server):
    first, second = server.fresh(), server.fresh()
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE seats (id int)")
    count = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    assert (ask(first, count), ask(second, count)) == (1, 0)


def test_a_database_is_dropped_under_whoever_is_connected(server):
    url = server.fresh()
    with psycopg.connect(url):
        server.drop(url)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        ask(url, "SELECT 1")


def test_only_measurements_pay_for_the_disk(server):
    assert ask(server.url, "SHOW fsync") == "off"
    with postgres.running(durable=True) as durable:
        assert ask(durable.url, "SHOW fsync") == "on"
        assert ask(durable.url, "SHOW synchronous_commit") == "on"
    assert not durable.home.exists()


def test_it_is_back_after_a_kill(server):
    url = server.fresh()
    server.kill()
    server.start()
    assert ask(url, "SELECT 1") == 1


def test_a_user_who_cannot_reach_the_programs_gets_a_copy_with_its_libraries(tmp_path):
    programs = tmp_path / "site" / "package" / "install" / "bin"
    programs.mkdir(parents=True)
    (programs / "postgres").write_text("")
    (tmp_path / "site" / "package.libs").mkdir()
    (tmp_path / "site").chmod(0o700)
    mine = pwd.getpwuid(tmp_path.stat().st_uid).pw_name
    copy = postgres.reachable(programs, tmp_path / "home", mine)
    assert (copy / "postgres").exists()
    assert (copy / "../../../package.libs").is_dir()
    assert tmp_path / "home" in copy.parents


def test_where_none_is_found_the_refusal_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(postgres_program, "_candidates", lambda: iter([tmp_path]))
    with pytest.raises(NotAvailable, match="apt install postgresql"):
        postgres_program.find()


def test_an_initdb_that_fails_is_told_in_its_own_words(monkeypatch, tmp_path):
    broken = tmp_path / "bin"
    broken.mkdir()
    for name in ("initdb", "postgres"):
        (broken / name).write_text("#!/bin/sh\necho 'no space left'; exit 3\n")
        (broken / name).chmod(0o755)
    monkeypatch.setattr(postgres, "find", lambda: broken)
    with pytest.raises(NotAvailable, match="no space left"), postgres.running():
        pass


def test_it_ends_with_a_starter_that_is_killed():
    starter = subprocess.run([sys.executable, "-c", STARTER], capture_output=True, text=True, timeout=30)
    url, home = starter.stdout.split()
    with pytest.raises(psycopg.OperationalError):
        for _ in range(200):
            ask(url, "SELECT 1")
    shutil.rmtree(home, ignore_errors=True)


STARTER = """
import os, signal
from sandbox.servers.postgres import PostgresServer
server = PostgresServer().create().start()
print(server.url, server.home, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
