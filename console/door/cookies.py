"""Cookies: over HTTPS with the __Host- prefix, which no other host and no plain connection can set."""

from dataclasses import dataclass

from flask import Response, request


@dataclass(frozen=True, slots=True)
class Cookies:
    """Set and read under one house rule: HttpOnly, SameSite=Lax, the whole host."""

    secure: bool

    def read(self, name: str) -> str:
        return request.cookies.get(self._full(name), "")

    def put(self, answer: Response, name: str, value: str, seconds: int | None = None) -> None:
        """Until the browser is closed, unless `seconds` say otherwise."""
        answer.set_cookie(self._full(name), value, seconds, path="/", secure=self.secure, httponly=True, samesite="Lax")

    def drop(self, answer: Response, name: str) -> None:
        self.put(answer, name, "", 0)

    def _full(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name
