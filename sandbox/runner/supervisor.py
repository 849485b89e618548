"""The demo's processes: started one after another, watched, and ended in the opposite order."""

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.servers import child

RESTARTS = 5  # then it stays down, and that is said
PAUSE = 1.0  # seconds before a restart


class Fallen(Exception):
    """One of the crew ended before the demo was up; its last words are in the message."""


@dataclass
class Member:
    name: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes]
    restarts: int = 0
    down_since: float | None = None


@dataclass
class Crew:
    """They run in `root` and write into `logs`; `say` tells the person at the terminal."""

    root: Path
    logs: Path
    say: Callable[[str], None]
    members: list[Member] = field(default_factory=list)

    def start(self, name: str, command: Sequence[str]) -> None:
        log = self.logs / f"{name}.log"
        self.members.append(Member(name, command, log, self._start(command, log)))

    def check(self) -> None:
        """Raises Fallen when one has ended: while the demo starts, that is a mistake and not an accident."""
        for member in self.members:
            if member.process.poll() is not None:
                raise Fallen(f"{member.name} ended while starting. It said:\n{child.tail(member.log, 15)}")

    def tend(self, now: float) -> None:
        """Restarts who fell, after a pause and not for ever. `now` in seconds of the monotonic clock."""
        for member in self.members:
            if member.process.poll() is None:
                continue
            if member.down_since is None:
                self._note_fall(member, now)
            elif member.restarts < RESTARTS and now - member.down_since >= PAUSE:
                member.restarts += 1
                member.down_since = None
                member.process = self._start(member.command, member.log)

    def end(self, within: float = 8) -> None:
        """Ends all, the last one first, each within its time."""
        while self.members:
            member = self.members[-1]
            if not child.end(member.process, within=within):
                self.say(f"{member.name} did not end in {within:.0f} s and was killed 已被强制结束")
            self.members.pop()

    def _start(self, command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
        return child.start(command, log, cwd=self.root)

    def _note_fall(self, member: Member, now: float) -> None:
        member.down_since = now
        child.kill(member.process)
        outlook = "restarting it 正在重启" if member.restarts < RESTARTS else "it stays down 不再重启"
        at = time.strftime("%H:%M:%S")
        self.say(f"{at} {member.name} ended (code {member.process.returncode}), {outlook}; see {member.log}")
