"""One meeting from end to end, through the public HTTP API, as the demo lawyer's phone would do it."""

import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.runner.phone import Phone, WentWrong
from sandbox.world.cast import TAO, WALKER

CENTRE = "pudong"
SECONDS_FOR_SMS = 20
HELD = ("submitted", "confirmed")
TAKEN = (
    "slot_full",
    "slot_closed",
    "already_booked",
    "daily_limit",
    "detainee_conflict",
    "limit_reached",
)  # then the next slot


def walk(phone: Phone, root: Path, say: Callable[[str], None] = print) -> str:
    """The whole way, each step said with what came back. Returns the reference; raises WentWrong."""
    say(f"演示：{WALKER.name}律师（{WALKER.firm}）预约一次会见")
    sign_in(phone, say)
    clear_earlier(phone, say)
    booking = book(phone, say)
    ref = str(booking["ref"])
    if booking["state"] == "submitted":
        said = flask(root, "review", "approve", ref)
        say(f"  5 民警复核通过  flask review approve {ref} → {said}")
        said = flask(root, "mandates", "prove", ref)
        say(f"    民警核对委托书 flask mandates prove {ref} → {said}")
    say(f"  6 手机收到短信  {WALKER.phone} ← {sms_about(phone, ref)}")
    now = phone.get(f"/bookings/{ref}")
    say(f"  7 查看预约      GET /bookings/{ref} → 状态 {now['state']}，{_times(now['slot'])}")
    if now["state"] != "confirmed":
        raise WentWrong(f"the booking is {now['state']}, not confirmed")
    return ref


def sign_in(phone: Phone, say: Callable[[str], None]) -> None:
    session = phone.post("/session", {"code": phone.tap("login-codes", openid=WALKER.openid)})
    phone.token = session["token"]
    say(f"  1 微信登录      POST /session → 令牌 {phone.token[:6]}…，有效至 {session['expires_at']}")
    lawyer = session["lawyer"] or bind(phone)
    say(f"  2 核验执业证    POST /me/licence → {lawyer['name']} {lawyer['licence_no']} {lawyer['state']}")
    if lawyer["state"] != "verified":
        raise WentWrong(f"the licence is {lawyer['state']}, not verified")


def bind(phone: Phone) -> Any:
    known = {"name": WALKER.name, "licence_no": WALKER.licence_no, "firm": WALKER.firm, "id_no": WALKER.id_no}
    known["phone_code"] = phone.tap("phone-codes", phone=WALKER.phone)
    return phone.post("/me/licence", known)["lawyer"]


def clear_earlier(phone: Phone, say: Callable[[str], None]) -> None:
    """Makes room for today's walk: earlier ones that still cost nothing to give back."""
    now = datetime.now().astimezone()
    for booking in phone.get("/bookings?limit=50")["bookings"]:
        if booking["state"] in HELD and datetime.fromisoformat(booking["cancel_free_until"]) > now:
            after = phone.post(f"/bookings/{booking['ref']}/cancellation", {"reason": "演示重新开始"})
            say(f"    上次演示的预约 {booking['ref']} 已取消 → {after['state']}")


def book(phone: Phone, say: Callable[[str], None]) -> Any:
    for slot in slots_with_seats(phone, say):
        wish = {"slot_id": slot["id"], "minutes": slot["lengths"][0], "detainee": TAO.as_asked}
        wish |= {"mandate": "entrusted", "stage": "investigation"}
        try:
            booking = phone.post("/bookings", wish, key=str(uuid.uuid4()))
        except WentWrong as refused:
            if refused.code not in TAKEN:
                raise
            say(f"    {_times(slot)} 未约上：{refused.code}，换下一个时段")
            continue
        told = f"预约号 {booking['ref']}，{_times(slot)}，状态 {booking['state']}"
        say(f"  4 提交预约      POST /bookings → {told}")
        for finding in booking["findings"]:
            say(f"    比对提示：{finding['message']}")
        return booking
    raise WentWrong(f"no seat is left at {CENTRE} in the days that are open")


def slots_with_seats(phone: Phone, say: Callable[[str], None]) -> Iterator[Any]:
    """The last open day first: there is most room, and cancelling stays free longest."""
    days = phone.get(f"/centres/{CENTRE}/days")["days"]
    for day in reversed([day for day in days if day["bookable"] and day["remaining"]]):
        slots = phone.get(f"/centres/{CENTRE}/slots?date={day['date']}")["slots"]
        left = "，".join(f"{slot['starts_at'][11:16]} 余{slot['remaining']}" for slot in slots)
        say(f"  3 查看余号      GET /centres/{CENTRE}/slots?date={day['date']} → {left}")
        yield from (slot for slot in slots if slot["bookable"] and slot["remaining"])


def flask(root: Path, *words: str) -> str:
    """As an officer may beside the console: by the command line."""
    command = [sys.executable, "-m", "flask", "--app", "app", *words]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise WentWrong(f"flask {' '.join(words)} was refused: {done.stdout}{done.stderr}".strip())
    return done.stdout.strip()


def sms_about(phone: Phone, ref: str) -> str:
    """The message that says it is confirmed, as it stands on the phone."""
    until = time.monotonic() + SECONDS_FOR_SMS
    while time.monotonic() < until:
        for message in phone.messages(WALKER.phone):
            if ref in message["text"] and "已通过" in message["text"]:
                return str(message["text"])
        time.sleep(0.1)
    raise WentWrong(f"no SMS about {ref} came within {SECONDS_FOR_SMS} s")


def _times(slot: Mapping[str, Any]) -> str:
    return f"{slot['date']} {slot['starts_at'][11:16]}–{slot['ends_at'][11:16]}"
