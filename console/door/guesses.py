"""How often an officer may be wrong about a lawyer he has no business with, and ask who has a number.

What a page shows of a number leaves few to try, so whatever says yes or no to a whole one is counted.
"""

from contextlib import AbstractContextManager

from redis import Redis

from booking.fields import PHONE, number
from booking.identity import is_id_no
from console.door.counting import Counter, count, counted, key_of

WRONG_ORIGINALS, DAY = 5, 24 * 3600
NUMBERS_SEARCHED, HOUR = 30, 3600
_TO_ASK = "请明日再试；急需办理的，请由该律师有预约的看守所或全局民警办理"
_FIND_OTHERWISE = f"一小时内按手机号、身份证号查找已满{NUMBERS_SEARCHED}次，请按姓名、执业证号或预约号查找，或稍后再试"


def showing_originals(redis: Redis, account: str, lawyer: int) -> AbstractContextManager[None]:
    """Around what is done for who shows his originals: an officer has five wrong ones a day, and so has a lawyer,
    whoever is wrong about him. Raises ShutOut, RedisError."""
    return counted(
        redis,
        _wrong("lawyer", str(lawyer), f"该律师的身份证号今日已有{WRONG_ORIGINALS}次填写不符，{_TO_ASK}"),
        _wrong("officer", account, f"您今日填写身份证号不符已满{WRONG_ORIGINALS}次，{_TO_ASK}"),
    )


def count_search(redis: Redis, account: str, *texts: str) -> None:
    """A search by a phone or an ID number; by anything else it is none. Raises ShutOut, RedisError."""
    if any(is_personal(text) for text in texts):
        key = key_of("console:guesses:search", account)
        count(redis, Counter(key, NUMBERS_SEARCHED, HOUR, words=_FIND_OTHERWISE))


def is_personal(text: str) -> bool:
    """Whether this is a number that pages show the ends of only."""
    return bool(PHONE.fullmatch(number(text))) or is_id_no(number(text))


def _wrong(kind: str, of: str, words: str) -> Counter:
    return Counter(key_of(f"console:guesses:{kind}", of), WRONG_ORIGINALS, DAY, words=words)
