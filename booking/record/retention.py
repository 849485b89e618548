"""What is kept for a time only."""

from datetime import datetime, timedelta

from models import KeptAnswer, OfficerCode, OfficerSession, Session

ANSWERS_KEPT = timedelta(days=7)
SESSIONS_KEPT = timedelta(days=30)  # after they have run out, so that a phone coming back is told from a stranger


def prune(now: datetime) -> int:
    """Remove kept answers older than seven days, lawyers' sessions that ran out thirty days ago, officers' sessions and
    codes that have run out; answers how many rows."""
    answers = KeptAnswer.delete().where(KeptAnswer.created_at < now - ANSWERS_KEPT)
    sessions = Session.delete().where(Session.expires_at < now - SESSIONS_KEPT)
    officers = OfficerSession.delete().where(OfficerSession.expires_at < now)
    codes = OfficerCode.delete().where(OfficerCode.expires_at < now)
    return int(sum(dead.execute() for dead in (answers, sessions, officers, codes)))
