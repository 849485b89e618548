"""A demo lawyer's phone: our public API with his token, and what the stand-ins show him."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests


class WentWrong(Exception):
    """A step was answered otherwise than it should be. `code` is the refusal's, where it was one."""

    def __init__(self, words: str, code: str = "") -> None:
        super().__init__(words)
        self.code = code


@dataclass
class Phone:
    """Three base URLs; the token comes with signing in."""

    api_url: str
    wechat_url: str
    sms_url: str
    token: str = ""

    def tap(self, control: str, **body: str) -> str:
        """What WeChat hands to the mini-program when he taps: a code, good once."""
        return str(_checked(requests.post(f"{self.wechat_url}/_/{control}", json=body, timeout=10))["code"])

    def get(self, path: str) -> Any:
        return self._call("GET", path)

    def post(self, path: str, body: Mapping[str, object], key: str = "") -> Any:
        return self._call("POST", path, json=body, headers={"Idempotency-Key": key} if key else {})

    def messages(self, number: str) -> list[dict[str, Any]]:
        shown = requests.get(f"{self.sms_url}/_/messages", params={"phone": number}, timeout=10)
        return list(_checked(shown))

    def _call(self, method: str, path: str, headers: Mapping[str, str] | None = None, **given: Any) -> object:
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent |= headers or {}
        url = f"{self.api_url}/api/v1{path}"
        return _checked(requests.request(method, url, headers=sent, timeout=10, **given))


def _checked(answer: requests.Response) -> Any:
    if not answer.ok:
        asked, is_problem = answer.request, "json" in answer.headers.get("Content-Type", "")
        code = str(answer.json().get("code", "")) if is_problem else ""
        raise WentWrong(f"{asked.method} {asked.path_url} → {answer.status_code} {answer.text}", code)
    return answer.json()
