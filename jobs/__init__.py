"""Time and the queue: notices are carried, and what is due is done, each by one call to the desk."""

from jobs import periodic, worker

COMMANDS = [worker.command, periodic.command]
