"""Time and the queue: notices are carried, and what is due is done, each by one call to the desk."""

from jobs import clock, worker

COMMANDS = [worker.command, clock.command]
