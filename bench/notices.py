"""What a notice costs beside the booking it tells of: a worker, the clock's relay, and Aliyun's stand-in 50 ms away.

The worker is begun before it is measured, as in service. The stand-in is not ours, so its CPU is not counted.
"""

import json
import time
from dataclasses import dataclass
from datetime import datetime

import psycopg
import requests
from redis import Redis

import clock
import models
import redis_heartbeats
from bench import checks, cpu, people, servers
from bench.scale import NOTICE_SECONDS, NOTICES, ROUNDS
from bench.servers import Ground
from bench.world import copy
from models import Lawyer, Notice, schema
from models.lawyers import seal_person
from sandbox.runner import demo_env
from sms import outbox

WORDS = {"ref": "7K3MPQ2X", "centre": "浦东新区看守所", "when": "11月27日 08:30"}
AWAY_SECONDS = 0.05


@dataclass(frozen=True)
class Carried:
    """One measurement: milliseconds of CPU for each, and how many a second."""

    milliseconds: float
    rate: float


def carried(here: Ground) -> list[Carried]:
    """ROUNDS rushes of NOTICES. Raises Wrong unless each notice was sent, and once."""
    url = here.postgres.fresh()
    models.open_database(url, here.keyring)
    schema.upgrade()
    _lawyers(url, clock.now())
    aliyun, pid = _aliyun(here)
    _service(here, url, aliyun)
    found = [_rush(turn, pid) for turn in range(ROUNDS)]
    models.database.close()
    sent = len(requests.get(f"{aliyun}/_/messages", timeout=30).json())
    if sent != ROUNDS * NOTICES:
        raise checks.Wrong(f"{sent} messages at Aliyun, not {ROUNDS * NOTICES}")
    return found


def _rush(turn: int, aliyun: int) -> Carried:
    """All of them are dropped at once, and waited for."""
    now = clock.now()
    letters = [outbox.Letter("confirmed", f"{turn}-{n}", n + 1, None, WORDS) for n in range(NOTICES)]
    used, begun = cpu.seconds(but=aliyun), time.monotonic()
    outbox.post_all(letters, now)
    while Notice.select().where(Notice.state.in_(("due", "sending"))).exists():
        if time.monotonic() > begun + NOTICE_SECONDS:
            raise checks.Wrong(f"notices are still {outbox.counts_by_state()} after {NOTICE_SECONDS} s")
        time.sleep(0.1)
    seconds, used = time.monotonic() - begun, cpu.seconds(but=aliyun) - used
    states = outbox.counts_by_state()
    if states != {"sent": (turn + 1) * NOTICES}:
        raise checks.Wrong(f"notices are {states}")
    return Carried(used * 1000 / NOTICES, NOTICES / seconds)


def _lawyers(url: str, now: datetime) -> None:
    """One for each notice of a rush, with a number of his own."""
    findings = Lawyer.findings.db_value([])
    with psycopg.connect(url, autocommit=True) as connection:
        copy(connection, "lawyer", "licence_no name plain_name firm plain_firm id_no_sealed id_no_index phone_sealed "
             "state findings created_at updated_at",
             ((people.licence_no(n), people.lawyer_name(n), people.lawyer_name(n), "律所", "律所", "", "",
               seal_person(n + 1, "0", f"138{n:08d}")["phone_sealed"], "verified", findings, now, now)
              for n in range(NOTICES)))  # fmt: skip


def _aliyun(here: Ground) -> tuple[str, int]:
    port, texts = servers.free_port(), here.folder / "texts.json"
    texts.write_text(json.dumps(demo_env.sms_texts(), ensure_ascii=False), "utf-8")
    words = ["-m", "sandbox.aliyun", "--port", str(port), "--key", ":".join(demo_env.ALIYUN_KEY)]
    words += ["--sign-name", demo_env.SIGN_NAME, "--templates", str(texts)]
    process, log = here.start("aliyun", words)
    servers.wait(process, port, log)
    delay = {"mode": "delay", "times": "always", "seconds": AWAY_SECONDS}
    requests.post(f"http://127.0.0.1:{port}/_/faults", json=delay, timeout=5).raise_for_status()
    return f"http://127.0.0.1:{port}", process.pid


def _service(here: Ground, url: str, aliyun: str) -> None:
    """A worker and a clock, on a Redis of their own; returns when both are alive."""
    redis_url = here.settings["REDIS_URL"].replace("db=0", "db=9")
    addresses = {"DATABASE_URL": url, "ALIYUN_SMS_ENDPOINT": aliyun}
    addresses |= {"REDIS_URL": redis_url, "SEATS_REDIS_URL": redis_url}
    for name in ("worker", "clock"):
        here.start(name, ["-m", "flask", "--app", "app", name], **addresses)
    until = time.monotonic() + servers.START_SECONDS
    with Redis.from_url(redis_url) as redis:
        while not all(redis_heartbeats.is_alive(redis, name) for name in ("worker", "clock")):
            if time.monotonic() > until:
                raise servers.NotUp("worker and clock did not start")
            time.sleep(0.1)
    time.sleep(1)  # their first duties
