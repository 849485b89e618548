"""What the stand-ins' own controls (`/_/…`) have in common: strict JSON bodies, a plain 400 for a bad one."""

import json
import threading
from collections import Counter
from typing import Any

from flask import Flask, Response, jsonify, request

from sandbox.faults import BadOrder, Faults


class Tally:
    """How often each call was made, refused ones included."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()

    def count(self, call: str) -> None:
        with self._lock:
            self._seen[call] += 1

    def of(self, call: str) -> int:
        return self._seen[call]

    def all(self) -> dict[str, int]:
        with self._lock:
            return dict(self._seen)


def body(required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """The JSON object of this request. Raises BadOrder for anything else, a missing or an unknown member."""
    try:
        value = json.loads(request.get_data())
    except ValueError:
        raise BadOrder("the body is not JSON") from None
    if not isinstance(value, dict):
        raise BadOrder("the body is not a JSON object")
    missing, unknown = set(required) - set(value), set(value) - set(required) - set(optional)
    if missing or unknown:
        raise BadOrder(f"missing: {sorted(missing)}, unknown: {sorted(unknown)}")
    for name in required:
        if not isinstance(value[name], str | int) or value[name] == "":
            raise BadOrder(f"{name} is empty or of the wrong type")
    return value


def mount(app: Flask, faults: Faults, tally: Tally) -> None:
    """The controls both stand-ins have: `POST /_/faults` and `GET /_/requests`."""

    @app.post("/_/faults")
    def order_fault() -> tuple[str, int]:
        order = body(("mode",), ("times", "call", "seconds"))
        faults.order(**order | {"mode": str(order["mode"])})
        return "", 204

    @app.get("/_/requests")
    def requests_seen() -> Response:
        return jsonify(tally.all())

    @app.errorhandler(BadOrder)
    def bad_order(wrong: BadOrder) -> tuple[Response, int]:
        return jsonify(error=str(wrong)), 400
