"""How soon the officers' account answers with OLD_BOOKINGS bookings in PostgreSQL: over HTTP, in real safe mode.

`python -m bench.account`. The goal is a 99th percentile under 200 ms for each question; WeChat hangs up after 5 s.
`help` looks nothing up: what it takes is the protocol, and whatever else the machine is busy with.
"""

import os
import random
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from statistics import median, quantiles

import clock
from bench import account_world, checks, people
from bench.account_world import EACH_SLOT, KNOWN
from bench.scale import CENTRES, OLD_BOOKINGS, STARTS
from bench.servers import Ground, ground
from sandbox.wechat.account_push import OUT_OF_ORDER, Pusher
from sandbox.wechat.account_safe_mode import Seal
from wechat.account import texts

GOAL_MS = 200
ASKED = 300  # each question, so that the 99th percentile is not one unlucky one
CLIENTS = 4
_RUDE = {texts.BUSY, texts.STRANGER, texts.HELP, OUT_OF_ORDER}


def main() -> None:
    with ground() as here:
        url, now = here.postgres.fresh(), clock.now()
        say(f"Laying the ground: {OLD_BOOKINGS:,} old bookings, {EACH_SLOT * len(STARTS)} today at each centre …")
        asked_for = account_world.lay(url, here.keyring, now)
        pusher = _pusher(here, here.serve("app:create_app", DATABASE_URL=url))
        questions = _questions(asked_for)
        for asked in questions.values():  # connections, plans and pages come in
            ask(pusher, asked[: 4 * CLIENTS])
        report({name: ask(pusher, asked) for name, asked in questions.items()})


def ask(pusher: Pusher, asked: Iterable[tuple[str, str]]) -> list[float]:
    """Seconds of each `(openid, text)`; raises Wrong unless each was answered to the point, at the first attempt."""

    def one(question: tuple[str, str]) -> float:
        outcome = pusher.words(*question)
        if outcome.attempts > 1 or outcome.why or outcome.shown in _RUDE - {_expected(question[1])}:
            raise checks.Wrong(f"{question}: {outcome}")
        return outcome.seconds

    with ThreadPoolExecutor(CLIENTS) as clients:
        return list(clients.map(one, asked))


def report(times: dict[str, list[float]]) -> None:
    say(f"\n{'milliseconds':24}{'median':>9}{'99 %':>9}{'worst':>9}   {CLIENTS} officers at once, {ASKED} each")
    for name, seconds in times.items():
        cuts = quantiles(seconds, n=100)
        say(f"{name:24}{cuts[49] * 1000:9.1f}{cuts[98] * 1000:9.1f}{max(seconds) * 1000:9.1f}")
        if cuts[98] * 1000 >= GOAL_MS:
            print(f"  {name} misses its goal of {GOAL_MS} ms", file=sys.stderr)
    looking = [one for name, seconds in times.items() if name != "help" for one in seconds]
    say(f"ratio account_vs_help {median(looking) / median(times['help']):.3g}")
    everything = [one for seconds in times.values() for one in seconds]
    say(f"account_p99_ms {quantiles(everything, n=100)[98] * 1000:.1f}")


def _questions(asked_for: account_world.AskedFor) -> dict[str, list[tuple[str, str]]]:
    """`(openid, text)`: by officers of each centre and of the bureau in turns."""
    said: dict[str, list[str]] = {
        "now and next": ["现在"],
        "today": ["今天"],
        "more of today": ["更多"],
        "a day long ago": [str(asked_for.day)],
        "bring-out plan": ["提押单"],
        "seats left": ["名额"],
        "to review": ["待复核"],
        "a booking of today": asked_for.today,
        "an old one, or not his": asked_for.old,
        "a lawyer by number": [people.licence_no(n) for n in range(KNOWN)],
        "a lawyer by name": [people.lawyer_name(n) for n in range(KNOWN)],
        "nobody of that name": ["查无此人"],
        "help": ["帮助"],
    }
    askers, dice = [openid for one in CENTRES for openid in (f"o-{one}", "o-bureau")], random.Random(1)
    return {name: [(askers[n % len(askers)], dice.choice(typed)) for n in range(ASKED)] for name, typed in said.items()}


def _expected(text: str) -> str:
    return texts.HELP if text == "帮助" else ""


def _pusher(here: Ground, port: int) -> Pusher:
    told = {name: here.settings[f"WECHAT_ACCOUNT_{name}"] for name in ("TOKEN", "AES_KEY", "APPID")}
    seal = Seal(told["TOKEN"], told["AES_KEY"], told["APPID"])
    return Pusher(f"http://127.0.0.1:{port}/wechat/bot", seal, time.time)


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
    try:
        main()
    except checks.Wrong as wrong:
        sys.exit(f"The figures are worth nothing: {wrong}")
