"""Five thousand wounded bodies at the door: 400 or a polite nothing, and nothing changes."""

import random
from typing import Any

import pytest

from models import Audit, Booking, Officer, OfficerCode
from tests.wechat.account.pushes import EVENT, SEAL, message, said


@pytest.mark.parametrize("database", ["postgres"], indirect=True)  # the stricter one about texts
def test_5000_mutated_bodies_are_400_or_a_polite_nothing_and_change_nothing(
    tencent, pudong, officers, clock, redis_client
):
    """Half of them broken inside of a good envelope, half outside. Nothing is remembered from one to the next."""
    seeds = [message(text="ZZZZ9999").encode(), message("o-stranger", "绑定 ZZZZ9999").encode(),
             message(text="律师0").encode(), EVENT.format(CLICK).encode()]  # fmt: skip
    dice, statuses, before = random.Random(20261124), set(), everything()
    for number in range(5000):
        inner = mutated(dice.choice(seeds), dice)
        if number % 2:
            outer = f"<xml><Encrypt>{SEAL.close(message())}</Encrypt></xml>".encode()
            answer = tencent.send(mutated(outer, dice))
        else:
            answer = tencent.push(inner)
        statuses.add(answer.status_code)
        assert answer.status_code in (200, 400), (number, inner)
        if answer.status_code == 200 and answer.data != b"success":
            assert said(answer)
        redis_client.flushall()
    assert statuses == {200, 400}
    assert everything() == before
    assert {row.what.partition(".")[0] for row in Audit.select()} == {"lookup"}


CLICK = "<MsgType>event</MsgType><Event>CLICK</Event><EventKey>day</EventKey>"


def everything() -> list[Any]:
    return [list(table.select().order_by(table._meta.primary_key).dicts()) for table in (Officer, OfficerCode, Booking)]


_WILD = (b"<", b">", b"&", b"]]>", b"<!DOCTYPE x>", b"\x00", b"\xff", b"&#x0;", b"&lt;", b"<![CDATA[", b"</xml>", b"<xml>",
         "周".encode(), b"9" * 40, b"-1", b"' OR 1=1 --", b"\\u0000", b"%s", b"\xed\xa0\x80", b"")  # fmt: skip


def mutated(seed: bytes, dice: random.Random) -> bytes:
    """One to four wounds: a piece cut out, doubled, overwritten with something wild, or moved."""
    body = bytearray(seed)
    for _ in range(dice.randint(1, 4)):
        start = dice.randrange(len(body) + 1)
        end = min(len(body), start + dice.choice((0, 1, 2, 5, 20, 80)))
        piece = bytes(body[start:end])
        match dice.randrange(4):
            case 0:
                del body[start:end]
            case 1:
                body[start:start] = piece
            case 2:
                body[start:end] = dice.choice(_WILD)
            case 3:
                del body[start:end]
                where = dice.randrange(len(body) + 1)
                body[where:where] = piece
    return bytes(body)
