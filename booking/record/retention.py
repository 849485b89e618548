"""What is kept for a time only."""

from datetime import datetime, timedelta

from models import KeptAnswer, OfficerCode, OfficerSession, Session

ANSWERS_KEPT = timedelta(days=7)


def prune(now: datetime) -> int:
    """Remove kept answers older than seven days and sessions and codes that have run out; answers how many rows."""
    answers = KeptAnswer.delete().where(KeptAnswer.created_at < now - ANSWERS_KEPT)
    sessions = Session.delete().where(Session.expires_at < now)
    officers = OfficerSession.delete().where(OfficerSession.expires_at < now)
    codes = OfficerCode.delete().where(OfficerCode.expires_at < now)
    return int(sum(dead.execute() for dead in (answers, sessions, officers, codes)))
