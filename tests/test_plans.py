"""What is asked in the busiest minute is looked up by an index: in tables that are empty, just filled, and old."""

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

import clock
import models
from app import create_app
from booking.roll import follows
from jobs.relay import Relay
from models import Centre, Detainee, Notice, growth
from sandbox import wechat as tencent
from sandbox.servers.postgres import PostgresServer
from sandbox.servers.redis import RedisServer
from sms.rounds import Pace, Round
from tests.booking.conftest import add_lawyers, add_slot
from tests.conftest import KEYRING
from tests.service import environment, settings
from tests.statement_plans import Sent, asking, faults_on_sqlite, fill, heard
from wechat.api.hot import roster

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
only_postgres = pytest.mark.parametrize("database", ["postgres"], indirect=True)

# As it was asked before: on an empty table one of them tried every pair, and the other went along an index by `active`.
OF_OLD = (
    Sent("SELECT booking FROM kept_answer WHERE lawyer_id = ANY(%s::int[]) AND key = ANY(%s::text[])", ([1], ["k"])),
    Sent(
        """SELECT ref FROM booking WHERE active = 1 AND (detainee_key = ANY(%s::text[]) OR lawyer_id = ANY(%s::int[])
        AND starts_at >= %s OR case_no = ANY(%s::text[]) AND lawyer_id = ANY(%s::int[]))""",
        (["k"], [1], clock.now(), ["c"], [1]),
    ),
)


# The roster reads everybody, page by page, when a process starts, and once a second what changed in the last minute.
ROSTERS = [sql.format(p="%s") for sql in (roster._NEXT, roster._CHANGED)]


@pytest.fixture
def busy_minute(
    database: str, redis_server: RedisServer, redis_client: Any, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Sent]:
    """What is sent for a lawyer's visit, from signing in to cancelling, and by relay and worker that carry the letters."""
    day, now = clock.now().date() + timedelta(days=3), clock.now()
    Centre.create(code="pudong", name="浦东新区看守所", address="上海", policy={}, created_at=now)
    slot = add_slot("pudong", day, time(10)).id
    Detainee.create(centre="pudong", key="k", name_index="n", name_sealed="", ward="1", updated_at=now)
    add_lawyers(1, now)
    models.database.close()  # whoever assembles a house opens it anew
    with tencent.running(apps={"wxdemo000000000001": "demo-secret"}, templates={}) as weixin:
        app = create_app(settings(environment(database, redis_server.url, WECHAT_API_URL=weixin.url)))
        house = app.extensions["huijian"]
        with heard(monkeypatch) as sent:
            visit(app.test_client(), weixin.login_code("o-0"), slot)
            assert Relay(house.redis, house.seats_redis, {}).tick() == 1
            letters = Notice.select(Notice.id).where(Notice.state == "due")
            Round(house.delivery, pace=Pace(linger=0)).walk([letter.id for letter in letters])
            house.desk.close()
    return {text: one for text, one in sent.items() if one.sql not in ROSTERS}


def visit(client: FlaskClient, code: str, slot: str) -> None:
    headers = {"Idempotency-Key": "the-key"}

    def ask(method: str, path: str, body: Any = None) -> Any:
        answer = client.open(f"/api/v1/{path}", method=method, json=body, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        return answer.json or {}

    headers["Authorization"] = f"Bearer {ask('POST', 'session', {'code': code})['token']}"
    centre, day = slot.split("-")[0], f"{slot[-13:-9]}-{slot[-9:-7]}-{slot[-7:-5]}"
    for path in ("centres", "me", f"centres/{centre}/days", f"centres/{centre}/slots?date={day}"):
        ask("GET", path)
    form = {"slot_id": slot, "minutes": 60, "mandate": "entrusted", "stage": "trial", "case_no": "案1",
            "detainee": {"name": "某甲", "id_no": "11010519491231002X"},
            "companions": [{"role": "lawyer", "name": "乙", "licence_no": "13101201510000001"}]}  # fmt: skip
    ref = ask("POST", "bookings", form)["ref"]
    for path in ("bookings", f"bookings/{ref}"):
        ask("GET", path)
    ask("POST", "bookings", form)
    ask("POST", f"bookings/{ref}/cancellation", {})


@pytest.fixture
def planned(postgres_server: PostgresServer, database: str) -> Iterator[str]:
    """Another database, with all tables and nothing in them, and nobody who would count them by himself."""
    url = postgres_server.fresh()
    models.database.close()
    models.open_database(url, KEYRING)
    models.database.create_tables(models.TABLES)
    for table in models.TABLES:
        models.database.execute_sql(f'ALTER TABLE "{table._meta.table_name}" SET (autovacuum_enabled = false)')
    yield url
    models.database.close()
    postgres_server.drop(url)


@only_postgres
def test_no_plan_reads_a_table_whole_whatever_the_table_was_when_it_was_made(
    busy_minute: dict[str, Sent], planned: str
) -> None:
    all_sent = list(busy_minute.values())
    by_teller = [sent for sent in all_sent if sent.by_teller]
    assert len(by_teller) > 15 and len(all_sent) > 40
    with asking(planned) as anybody, asking(planned, "enable_seqscan = off") as teller:
        assert anybody.faults(all_sent) == teller.faults(by_teller) == {}
        assert len(anybody.faults(OF_OLD)) == len(OF_OLD)
        models.database.execute_sql("VACUUM ANALYZE")  # anybody else reads nothing at all then, until counted_anew
        assert teller.faults(by_teller) == {}
        fill()
        assert anybody.faults(all_sent) == teller.faults(by_teller) == {}
        models.database.execute_sql("VACUUM ANALYZE")
        assert anybody.faults(all_sent) == teller.faults(by_teller) == {}


@only_postgres
def test_a_plan_kept_from_an_empty_table_goes_when_the_table_has_filled(planned: str) -> None:
    models.database.execute_sql("VACUUM ANALYZE")
    with asking(planned) as anybody:
        anybody.prepare("SELECT booking FROM kept_answer WHERE lawyer_id = %s AND key = %s")
        assert anybody.kept_plan()["Node Type"] == "Seq Scan"
        fill(2000)
        assert anybody.kept_plan()["Node Type"] == "Seq Scan"
        assert {"kept_answer", "booking"} <= set(growth.analyse_outgrown())
        assert anybody.kept_plan()["Index Name"] == "kept_answer_lawyer_id_key"
    assert growth.analyse_outgrown() == []


@only_postgres
def test_whom_the_roll_bars_is_asked_for_by_what_changed_lately(planned: str) -> None:
    """Each minute: neither the roll nor the lawyers are read whole for it."""
    fill()
    models.database.execute_sql("UPDATE lawyer SET updated_at = now() - interval '1 hour' * id")
    models.database.execute_sql("VACUUM ANALYZE")
    asked = f"EXPLAIN {follows._BARRED.format(p='%s')}"

    def whole() -> list[str]:
        plan = models.database.execute_sql(asked, (clock.now() - follows.LATELY,)).fetchall()
        return [step for (step,) in plan if "Seq Scan" in step]

    assert whole() == []
    models.database.execute_sql("DROP INDEX lawyer_updated_at")
    assert whole() != []


@on_sqlite
def test_sqlite_reads_no_table_whole(busy_minute: dict[str, Sent]) -> None:
    assert {sql: faults for sql, sent in busy_minute.items() if (faults := faults_on_sqlite(sent))} == {}
    assert faults_on_sqlite(Sent("SELECT ref FROM booking AS b WHERE active = 1")) == ["booking"]
