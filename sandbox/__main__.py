"""`make run`: the whole service on this machine, one meeting walked through it, and then at your disposal."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from sandbox.runner import commands, demo_env, preflight, walk
from sandbox.runner.phone import Phone, WentWrong
from sandbox.runner.preflight import NoGround
from sandbox.runner.shutdown import ToldToStop, listening_for_stop
from sandbox.runner.supervisor import Crew, Fallen
from sandbox.runner.welcome import who_is_who
from sandbox.servers import redis, tether
from sandbox.servers.child import NotAvailable

READY_SECONDS = 60


def main() -> int:
    os.umask(0o077)  # as in service: database, dumps and logs are nobody else's to read
    try:
        with listening_for_stop():
            run(preflight.port_wanted(os.environ))
    except (NoGround, NotAvailable, Fallen) as why:
        print(why, file=sys.stderr, flush=True)
        return 1
    except ToldToStop:
        say("Ended; the data stays in var/. 已全部结束，数据保留在 var/。")
    return 0


def run(port: int) -> None:
    """Starts everything, in the order in which one needs the other, and tends it until told to stop."""
    with preflight.claimed() as var:
        preflight.check_free(port)
        with redis.running(var / "redis") as server:
            os.environ.update(demo_env.write(var / "demo.env", port, server.url))
            with crew_in(var) as crew:
                start(crew, port, var)
                menu()
                show(port)
                stay(crew, server)


@contextmanager
def crew_in(var: Path) -> Iterator[Crew]:
    crew = Crew(preflight.ROOT, var / "log", say)
    try:
        yield crew
    finally:
        crew.end()


def start(crew: Crew, port: int, var: Path) -> None:
    say("Starting 正在启动…")
    crew.start("wechat", commands.wechat(port, os.environ))
    crew.start("aliyun", commands.aliyun(port, os.environ, var))
    for arguments in (["db", "upgrade"], ["demo", "load"]):
        prepare(arguments)
    crew.start("web", commands.web(port))
    crew.start("worker", [*commands.FLASK, "worker"])
    crew.start("imports", [*commands.FLASK, "worker", "--imports"])
    crew.start("clock", [*commands.FLASK, "clock"])
    wait_until_ready(crew, port)


def prepare(arguments: list[str]) -> None:
    """One command before the others; its progress is the person's to see."""
    done = subprocess.run([*commands.FLASK, *arguments], cwd=preflight.ROOT)
    if done.returncode:
        raise Fallen(f"flask {' '.join(arguments)} failed; what it said stands above. 准备数据失败，原因见上。")


def wait_until_ready(crew: Crew, port: int) -> None:
    until, answer = time.monotonic() + READY_SECONDS, "nothing"
    while time.monotonic() < until:
        crew.check()
        try:
            ready = requests.get(f"http://127.0.0.1:{port}/readyz", timeout=3)
            if ready.ok and ready.json()["database"] == "ok":
                return
            answer = ready.text
        except requests.RequestException as not_yet:
            answer = str(not_yet)
        time.sleep(0.1)
    raise Fallen(f"Not ready after {READY_SECONDS} s; the last answer of /readyz was: {answer}")


def menu() -> None:
    """The account's menus: the stand-in forgets them when it ends. Without them everything else still works."""
    done = subprocess.run([*commands.FLASK, "menu", "push"], cwd=preflight.ROOT, capture_output=True, text=True)
    if done.returncode:
        say(f"The account has no menu 公众号菜单未推送：{done.stderr.strip()}")


def show(port: int) -> None:
    """The main job, done once before your eyes. If it goes wrong the service stays up, to be looked into."""
    phone = Phone(*(f"http://127.0.0.1:{port + one}" for one in range(3)))
    try:
        walk.walk(phone, preflight.ROOT, say)
        say("演示完成：预约、复核、短信全部走通。")
    except (WentWrong, requests.RequestException) as wrong:
        say(f"The walk went wrong 演示未走通：{wrong}\nSee var/log/ 日志见 var/log/")
    say(who_is_who(port))


def stay(crew: Crew, server: redis.RedisServer) -> None:
    while True:
        if not server.alive:
            say("redis ended, restarting it 正在重启; see var/redis/redis.log")
            server.start()
        crew.tend(time.monotonic())
        time.sleep(0.5)


def say(text: str) -> None:
    """A listener that went away (a closed terminal, a cut pipe) must not disturb the ending."""
    try:
        print(text, flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


if __name__ == "__main__":
    if "MAKELEVEL" in os.environ:  # started by make: if that is killed, nobody could press Ctrl-C any more
        tether.end_with_parent()
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"  # a proxy is not for this machine
    os.environ["PYTHONUNBUFFERED"] = "1"
    sys.exit(main())
