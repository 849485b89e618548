"""The letterbox's small world: what could not be told comes out of it."""

from tests.sms.conftest import aliyun_client, asking, carrier, chen, delivery, drop, watch

__all__ = ["aliyun_client", "asking", "carrier", "chen", "delivery", "drop", "watch"]
