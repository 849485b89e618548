"""What could not be told: listed for the officer, and sent again at his word."""

from datetime import datetime

from models import Audit, Notice, database
from sms import outbox
from sms.asking import Asking

UNTOLD = ("failed", "unknown")


def untold(limit: int = 100) -> list[Notice]:
    """SMS that failed, or of which nobody knows, newest first; an `ask_at` means still being asked about."""
    where = (Notice.channel == outbox.SMS) & Notice.state.in_(UNTOLD)
    return list(Notice.select().where(where).order_by(Notice.id.desc()).limit(limit))


def resend(notice_id: int, by: str, asking: Asking) -> str:
    """Send an untold notice again. Answers how it stands now.

    `due`: it goes out again. `sent`: Aliyun has it after all, nothing is sent. `unknown`: Aliyun gives no answer,
    and without one nothing is sent. Any other state, or `missing`: it is not among the untold.
    """
    notice = Notice.get_or_none(Notice.id == notice_id, Notice.channel == outbox.SMS)
    if notice is None:
        return "missing"
    if notice.state == "unknown" and not asking.ask(notice):
        return "unknown"
    with database.atomic():
        if _post_again(notice_id, by, asking.now()):
            words = {"event": notice.event, "was": notice.state}
            subject = f"notice:{notice_id}"
            Audit.create(at=asking.now(), who=by, what="notice.resend", subject=subject, words=words)
    return str(Notice.get_by_id(notice_id).state)


def _post_again(notice_id: int, by: str, now: datetime) -> bool:
    again = Notice.update(
        state="due", due_at=now, queued_at=None, attempts=0, ask_at=None, asked=0,
        biz_id=None, code=None, problem=None, sent_at=None, delivered_at=None, resent_by=by,
    )  # fmt: skip
    return bool(again.where(Notice.id == notice_id, Notice.state.in_(UNTOLD)).execute())
