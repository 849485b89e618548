"""Every way the service says no: the class, its HTTP status, its code for programs, its sentence for people.

Raise one anywhere below a door; each door translates it once. A bug is not a refusal and stays a 500.
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """`detail` is Chinese, for the person; `extra` are further members of the problem document."""

    status: ClassVar[int] = 409
    code: ClassVar[str]
    title: ClassVar[str]
    retry_after: ClassVar[int | None] = None

    def __init__(self, detail: str = "", **extra: Any):
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.extra = extra


class Malformed(Refusal):
    status, code, title = 400, "malformed", "请求格式有误"


class Unauthenticated(Refusal):
    status, code, title = 401, "unauthenticated", "请重新登录"


class NotVerified(Refusal):
    status, code, title = 403, "not_verified", "律师身份尚未核验通过"


class Suspended(Refusal):
    status, code, title = 403, "suspended", "网上预约已暂停"


class Forbidden(Refusal):
    status, code, title = 403, "forbidden", "无权进行此操作"


class NotFound(Refusal):
    status, code, title = 404, "not_found", "未找到"


class MethodNotAllowed(Refusal):
    status, code, title = 405, "method_not_allowed", "不支持此请求方法"


class SlotFull(Refusal):
    code, title = "slot_full", "该时段已约满"


class SlotClosed(Refusal):
    code, title = "slot_closed", "该时段不开放预约"


class OutsideWindow(Refusal):
    code, title = "outside_window", "不在预约开放时间内"


class AlreadyBooked(Refusal):
    code, title = "already_booked", "您在该时间已有会见预约"


class DailyLimit(Refusal):
    code, title = "daily_limit", "已达到当日预约次数上限"


class DetaineeConflict(Refusal):
    code, title = "detainee_conflict", "该在押人员在此时间已有会见"


class LateCancellation(Refusal):
    code, title = "late_cancellation", "距会见开始已不足免费取消时限"


class WrongState(Refusal):
    code, title = "wrong_state", "当前状态不能进行此操作"


class AlreadyBound(Refusal):
    code, title = "already_bound", "该身份已绑定"


class InProgress(Refusal):
    code, title = "in_progress", "同一请求正在处理"
    retry_after = 1


class TooLarge(Refusal):
    status, code, title = 413, "too_large", "请求内容过大"


class UnsupportedMediaType(Refusal):
    status, code, title = 415, "unsupported_media_type", "请以 application/json 提交"


class Invalid(Refusal):
    """`errors` is a list of `{"field", "message"}`."""

    status, code, title = 422, "invalid", "填写的内容有误"


class IdempotencyMismatch(Refusal):
    status, code, title = 422, "idempotency_mismatch", "同一请求编号对应了不同的内容"


class IdempotencyKeyMissing(Refusal):
    status, code, title = 422, "idempotency_key_missing", "缺少请求编号"


class RateLimited(Refusal):
    status, code, title = 429, "rate_limited", "操作过于频繁"
    retry_after = 60


class LimitReached(Refusal):
    """A limit a person has used up: `limit` names it, `again_at` (ISO, Shanghai) says from when there is room again."""

    status, code, title = 429, "limit_reached", "已达上限"

    def __init__(self, detail: str, *, limit: str, again_at: str, retry_after: int):
        super().__init__(detail, limit=limit, again_at=again_at)
        self.retry_after = retry_after  # type: ignore[misc]  # seconds; other refusals always wait the same


class Unavailable(Refusal):
    status, code, title = 503, "unavailable", "服务暂时不可用"
    retry_after = 5
