"""A process of ours: started with its output in a log, ended within a bounded time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

TETHER = str(Path(__file__).with_name("tether.py"))


class NotAvailable(Exception):
    """A server cannot be had here. The sentence says why and what to install."""


def start(
    command: Sequence[str],
    log: Path,
    user: str = "",
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Starts it in a session of its own, so that Ctrl-C reaches it only through us, in order."""
    tether = [sys.executable, "-I", "-S", TETHER, str(os.getpid()), user]
    with log.open("ab") as out:
        return subprocess.Popen(
            [*tether, *command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            start_new_session=True,
        )


def end(process: subprocess.Popen[bytes], by: signal.Signals = signal.SIGTERM, within: float = 10) -> bool:
    """Asks it to end; after `within` seconds kills it with all it started. True if it went when asked."""
    process.send_signal(signal.SIGCONT)  # a paused one could not hear us
    process.send_signal(by)
    try:
        process.wait(within)
        return True
    except subprocess.TimeoutExpired:
        return False
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of the process and of what it started: a server's workers outlive it and keep its port."""
    with suppress(ProcessLookupError, PermissionError):  # macOS says the second of one that has just ended
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def end_leftover(pid_file: Path, mark: str) -> None:
    """Ends what a killed run left behind, if what has that pid today bears our mark in its command."""
    if not pid_file.exists():
        return
    pid = pid_file.read_text("ascii").strip()
    if pid.isdigit() and mark in command_of(pid):
        _end_stranger(int(pid))
    pid_file.unlink(missing_ok=True)


def command_of(pid: str) -> str:
    """How it was called; empty where there is no such process, or only what is left of one that ended."""
    if sys.platform == "linux":
        try:
            return Path("/proc", pid, "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            return ""
    else:
        return subprocess.run(["ps", "-ww", "-o", "args=", "-p", pid], capture_output=True, text=True).stdout


def _end_stranger(pid: int) -> None:
    """It is nobody's child any more, so there is nothing to wait on but its pid."""
    for by in (signal.SIGCONT, signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, by)
            for _ in range(100 if by != signal.SIGCONT else 0):
                os.kill(pid, 0)
                time.sleep(0.05)
        except ProcessLookupError:
            return


def tail(log: Path, lines: int = 8) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-lines:]) if log.exists() else ""
