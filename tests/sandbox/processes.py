"""Whether a process is still there. One that has ended and waits for its starter's notice is not."""

import time

from sandbox.servers.child import command_of


def is_alive(pid):
    return bool(command_of(str(pid)).strip())


def is_gone(pid, within=5.0):
    until = time.monotonic() + within
    while alive := is_alive(pid):
        if time.monotonic() > until:
            break
        time.sleep(0.02)
    return not alive
