"""The door of Aliyun's RPC gateway: who calls, is it signed, is it fresh, was it seen before.

Rules and codes: help.aliyun.com/document_detail/28839.html and the gateway's public error list.
"""

import base64
import hashlib
import hmac
import threading
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

FRESH = timedelta(minutes=15)
MANDATORY = (
    "Action", "Version", "AccessKeyId", "Timestamp",
    "SignatureMethod", "SignatureVersion", "SignatureNonce", "Signature",
)  # fmt: skip
ACTIONS = ("SendSms", "QuerySendDetails")
VERSION = "2017-05-25"


class Refused(Exception):
    """The gateway's no: HTTP `status` other than 200, `code`, `message`."""

    def __init__(self, status: int, code: str, message: str):
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class Gateway:
    def __init__(self, keys: Mapping[str, str], now: Callable[[], datetime]):
        """`keys`: AccessKeyId → AccessKeySecret."""
        self._keys, self._now = keys, now
        self._nonces: set[str] = set()
        self._ages: deque[tuple[datetime, str]] = deque()
        self._lock = threading.Lock()

    def admit(self, method: str, params: Mapping[str, str]) -> str:
        """The action asked for. `params` are the query's and the form's, decoded. Raises Refused."""
        demand(params, *MANDATORY)
        self._check_freshness(params["Timestamp"])
        self._check_signature(method, params)
        self._check_nonce(params["SignatureNonce"])
        if params["Version"] != VERSION:
            raise Refused(400, "InvalidVersion", "Specified parameter Version is not valid.")
        if params["Action"] not in ACTIONS:
            text = "Specified api is not found, please check your url and method."
            raise Refused(404, "InvalidAction.NotFound", text)
        return params["Action"]

    def _check_freshness(self, text: str) -> None:
        try:
            stamp = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            message = "Specified time stamp or date value is not well formatted."
            raise Refused(400, "InvalidTimeStamp.Format", message) from None
        if abs(self._now() - stamp) > FRESH:
            raise Refused(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")

    def _check_signature(self, method: str, params: Mapping[str, str]) -> None:
        secret = self._keys.get(params["AccessKeyId"])
        if secret is None:
            raise Refused(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
        if (params["SignatureMethod"], params["SignatureVersion"]) != ("HMAC-SHA1", "1.0"):
            text = "The request signature does not conform to Aliyun standards."
            raise Refused(400, "IncompleteSignature", text)
        expected = signature(secret, method, params)
        if not hmac.compare_digest(expected.encode(), params["Signature"].encode()):
            # The client library splits this text at its colon and breaks when there is none.
            text = "Specified signature is not matched with our calculation. server string to sign is:"
            raise Refused(400, "SignatureDoesNotMatch", text + string_to_sign(method, params))

    def _check_nonce(self, nonce: str) -> None:
        now = self._now()
        with self._lock:
            while self._ages and now - self._ages[0][0] > 2 * FRESH:
                self._nonces.discard(self._ages.popleft()[1])
            if nonce in self._nonces:
                raise Refused(400, "SignatureNonceUsed", "Specified signature nonce was used already.")
            self._nonces.add(nonce)
            self._ages.append((now, nonce))


def demand(params: Mapping[str, str], *names: str) -> None:
    """Raises Refused for the first of `names` that is absent."""
    for name in names:
        if not params.get(name):
            raise Refused(400, f"Missing{name}", f"{name} is mandatory for this action.")


def string_to_sign(method: str, params: Mapping[str, str]) -> str:
    pairs = (f"{_escape(k)}={_escape(v)}" for k, v in sorted(params.items()) if k != "Signature")
    return f"{method}&{_escape('/')}&{_escape('&'.join(pairs))}"


def signature(secret: str, method: str, params: Mapping[str, str]) -> str:
    digest = hmac.new(f"{secret}&".encode(), string_to_sign(method, params).encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _escape(text: str) -> str:
    return quote(text, safe="-_.~")
