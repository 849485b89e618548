"""Becomes a command that ends with its starter: `python tether.py PARENT_PID USER COMMAND…`.

Started as a file by `child.py`, not as a function between fork and exec: that would be unsafe beside threads.
macOS has no such tie; there `child.py` finds what was left by its pid file.
"""

import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1


def become(user: str) -> None:
    person = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(person.pw_gid)
    os.setuid(person.pw_uid)


def end_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def main(parent: str, user: str, *command: str) -> None:
    if user:
        become(user)  # before the tie, which a change of user would cut
    end_with_parent()
    if os.getppid() != int(parent):
        sys.exit("the starter is gone")
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
