"""A worker's round: many notices in one go, several calls at a time, each claimed when a hand is free for it.

SQL is asked by the round's own thread alone; the hands only call. Killed anywhere, what was in a hand is `sending`, and
found; what was not is `due`, and taken again.
"""

import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from models import Notice, rows_of
from sms import outbox
from sms.delivery import Delivery, attempt
from sms.outcomes import SmsUnknown


@dataclass(frozen=True, slots=True)
class Pace:
    """In seconds. A call takes 11 by its own time-outs, so what began before `last_call` ends before `patience`."""

    hands: Mapping[str, int] = field(default_factory=lambda: {outbox.SMS: 20, outbox.WECHAT: 4})
    look: float = 0.02  # so often: what was answered meanwhile is written down, and the next notices are claimed
    rest: float = 0.1  # the same while nothing is in any hand
    scout: float = 2.0  # where nothing was answered yet, one goes ahead, and after so long another
    linger: float = 1.0  # for more to carry, after the last
    last_call: float = 10.0  # from the start on; what waits then is given back
    patience: float = 25.0  # from the start on; then an answer is waited for no longer


DEFAULT = Pace()


@dataclass
class _Channel:
    """The notices for one machine, Aliyun's or WeChat's. `answers`: whether it did the last time it was called.

    One that is out of order must not be given twenty notices at a time to lose, and one call that hangs must not hold
    up the others: so one goes ahead, and after a while another.
    """

    hands: int
    waiting: deque[int] = field(default_factory=deque)
    out: int = 0
    answers: bool = False
    scout_at: float = 0.0

    def free(self) -> int:
        free = self.hands - self.out
        if self.answers:
            return free
        return min(free, 1) if time.monotonic() >= self.scout_at else 0

    def next(self, scout: float) -> list[int]:
        ids = [self.waiting.popleft() for _ in range(min(self.free(), len(self.waiting)))]
        if ids:
            self.scout_at = time.monotonic() + scout
        return ids


class Round:
    """`more` answers the ids of further notices to carry, none when there are none; asked whenever a hand is free."""

    def __init__(self, delivery: Delivery, more: Callable[[], Collection[int]] = tuple, pace: Pace = DEFAULT):
        self._delivery, self._more, self._pace = delivery, more, pace
        self._channels = {name: _Channel(hands) for name, hands in pace.hands.items()}
        self._out: dict[Future[object], Notice] = {}
        self._begun = self._busy = time.monotonic()

    def walk(self, notice_ids: Collection[int]) -> None:
        """Carry these and whatever `more` has, until it has had nothing for a while or the time is over."""
        hands = ThreadPoolExecutor(sum(self._pace.hands.values()), thread_name_prefix="hand")
        try:
            self._take(notice_ids)
            while self._goes_on():
                self._hand_out(hands)
                self._look()
        finally:
            hands.shutdown(wait=False)
            self._see_through()

    def _goes_on(self) -> bool:
        """Whether there is more to do than to wait for the last answers."""
        now, sms = time.monotonic(), self._channels[outbox.SMS]
        if now > self._begun + self._pace.last_call:
            self._give_back(*self._channels)
            return False
        if sms.free() > len(sms.waiting):
            self._take(self._more())
        waiting = any(channel.waiting for channel in self._channels.values())
        return bool(self._out) or waiting or now < self._busy + self._pace.linger

    def _take(self, notice_ids: Collection[int]) -> None:
        if not notice_ids:
            return
        self._busy = time.monotonic()
        due = Notice.select(Notice.id, Notice.channel).where(Notice.id.in_(list(notice_ids)), Notice.state == "due")
        for notice_id, channel in rows_of(due.order_by(Notice.id)):
            self._channels[channel].waiting.append(notice_id)

    def _hand_out(self, hands: ThreadPoolExecutor) -> None:
        """To each free hand a notice, claimed just before the call."""
        if self._channels[outbox.SMS].waiting and outbox.is_stopped(self._delivery.now()):
            self._give_back(outbox.SMS)
        ids = [one for channel in self._channels.values() for one in channel.next(self._pace.scout)]
        for notice, call in self._delivery.begin(ids) if ids else []:
            self._out[hands.submit(attempt, call)] = notice
            self._channels[notice.channel].out += 1

    def _look(self) -> None:
        """Wait a moment for answers, and write down those that have come."""
        if not self._out:
            time.sleep(self._pace.rest)
            return
        answers = [(self._out.pop(call), call.result()) for call in wait(self._out, self._pace.look).done]
        for notice, answer in answers:
            channel, self._busy = self._channels[notice.channel], time.monotonic()
            channel.out -= 1
            channel.answers = not isinstance(answer, SmsUnknown)
        self._delivery.end(answers)

    def _see_through(self) -> None:
        """What is in the hands was claimed, so its answer is waited for whatever else went wrong."""
        while self._out and time.monotonic() < self._begun + self._pace.patience:
            self._look()
        self._delivery.end([(notice, TimeoutError("no answer in all this time")) for notice in self._out.values()])

    def _give_back(self, *names: str) -> None:
        """To the relay, which brings it again when its time has come."""
        outbox.give_back([one for name in names for one in self._channels[name].waiting])
        for name in names:
            self._channels[name].waiting.clear()
