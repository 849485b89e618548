"""What is kept for a time only."""

from datetime import datetime, timedelta

from models import KeptAnswer, Session

ANSWERS_KEPT = timedelta(days=7)


def prune(now: datetime) -> int:
    """Remove kept answers older than seven days and sessions that have ended; answers how many rows."""
    answers = KeptAnswer.delete().where(KeptAnswer.created_at < now - ANSWERS_KEPT)
    sessions = Session.delete().where(Session.expires_at < now)
    return int(answers.execute() + sessions.execute())
