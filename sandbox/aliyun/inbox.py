"""What reached the phones."""

from dataclasses import dataclass, field
from datetime import datetime

DELIVERED = "DELIVERED"


@dataclass(frozen=True)
class Message:
    """One text on one phone. `outcome` is the receipt's code, known from `reported_at` on."""

    phone: str
    text: str
    template: str
    params: dict[str, str] = field(hash=False)
    out_id: str
    biz_id: str
    at: datetime
    reported_at: datetime
    outcome: str
    pieces: int

    @property
    def delivered(self) -> bool:
        return self.outcome == DELIVERED

    def as_json(self) -> dict[str, object]:
        """For the control `GET /_/messages`."""
        return {
            "phone": self.phone, "text": self.text, "template": self.template, "params": self.params,
            "out_id": self.out_id, "biz_id": self.biz_id, "at": self.at.isoformat(timespec="seconds"),
        }  # fmt: skip

    def as_receipt(self) -> dict[str, object]:
        """An item of SmsReport (help.aliyun.com/document_detail/101867)."""
        return {
            "phone_number": self.phone, "send_time": wall(self.at), "report_time": wall(self.reported_at),
            "success": self.delivered, "err_code": self.outcome,
            "err_msg": "用户接收成功" if self.delivered else "用户未能接收", "sms_size": str(self.pieces),
            "biz_id": self.biz_id, "out_id": self.out_id,
        }  # fmt: skip

    def as_detail(self, now: datetime) -> dict[str, object]:
        """An item of QuerySendDetails (document_detail/419277): 1 waiting, 2 failed, 3 delivered."""
        reported = now >= self.reported_at
        status = 1 if not reported else 3 if self.delivered else 2
        return {
            "PhoneNum": self.phone, "SendStatus": status, "ErrCode": self.outcome if reported else "",
            "TemplateCode": self.template, "Content": self.text, "SendDate": wall(self.at),
            "ReceiveDate": wall(self.reported_at) if reported else "", "OutId": self.out_id,
        }  # fmt: skip


class Inbox:
    """Every phone's messages in the order of arrival; one that was not delivered is kept but not shown."""

    def __init__(self) -> None:
        self._messages: list[Message] = []

    def put(self, messages: list[Message]) -> None:
        self._messages += messages

    def of(self, phone: str | None = None) -> list[Message]:
        """What a person finds on `phone`, or on all phones."""
        return [one for one in list(self._messages) if one.delivered and phone in (None, one.phone)]

    def accepted(self, phone: str) -> list[Message]:
        """Everything Aliyun took for this phone, delivered or not."""
        return [one for one in list(self._messages) if one.phone == phone]

    def phones(self) -> dict[str, Message]:
        """Each phone with its latest message, the most recent first."""
        latest = {one.phone: one for one in self.of()}
        return dict(sorted(latest.items(), key=lambda item: item[1].at, reverse=True))

    def clear(self) -> None:
        self._messages.clear()


def wall(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")
