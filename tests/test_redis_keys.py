"""docs/redis.md: a row for every key, and no row for what nobody writes. The keys themselves are held in conftest.py."""

import re

import pytest

from redis_heartbeats import beat
from tests.redis_keys import PAGE, kinds, wrong

ROOT = PAGE.parent.parent


def test_every_row_has_its_writer_and_he_writes_such_keys():
    assert len(kinds()) > 15
    for kind in kinds():
        text = (ROOT / kind.writer).read_text("utf-8") + (ROOT / "seats/scripts.py").read_text("utf-8")
        start = re.split("[<{]", kind.key)[0].rpartition(":")[0]
        foreign = kind.key.startswith(("rq:", "LIMITS:"))
        assert foreign or re.search(rf'f?"{re.escape(start.split(":")[0])}\b', text) or start in text, kind


@pytest.mark.parametrize("key", ["seat:{pudong:2026-11-27}:left", "visitors:1", "huijian:x", "console:tries"])
def test_a_key_that_no_row_has_is_found(redis_client, key):
    redis_client.set(key, 1, ex=1)
    assert wrong(redis_client) == [f"{key} (1 s)"]
    redis_client.delete(key)


def test_a_key_that_stays_too_long_is_found(redis_client):
    beat(redis_client, "clock")
    assert not wrong(redis_client)
    redis_client.persist("huijian:alive:clock")
    assert wrong(redis_client) == ["huijian:alive:clock (-1 s)"]
    redis_client.expire("huijian:alive:clock", 46)
    assert wrong(redis_client) == ["huijian:alive:clock (46 s)"]
    redis_client.delete("huijian:alive:clock")
