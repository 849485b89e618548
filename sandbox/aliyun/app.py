"""Aliyun's SMS endpoint as HTTP, the controls beside it, and the page with the phones' inboxes."""

import threading
import uuid
from collections.abc import Callable
from functools import partial

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from sandbox import controls
from sandbox.aliyun.carrier import Carrier
from sandbox.aliyun.gateway import ACTIONS, Gateway, Refused
from sandbox.aliyun.wording import BusinessRefusal
from sandbox.faults import Fault, Faults
from sandbox.serving import dropped, silent

# Faults that refuse instead of accepting: what the caller is told.
REFUSALS: dict[str, Callable[[], Exception]] = {
    "error": partial(Refused, 500, "InternalError", "The request processing has failed due to some unknown error."),
    "service_unavailable": partial(Refused, 503, "ServiceUnavailable", "The request has failed for a while."),
    "throttle": partial(Refused, 400, "Throttling.User", "Request was denied due to user flow control."),
    "business_limit": partial(BusinessRefusal, "isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:50"),
    "amount_not_enough": partial(BusinessRefusal, "isv.AMOUNT_NOT_ENOUGH", "账户余额不足"),
    "system_error": partial(BusinessRefusal, "isp.SYSTEM_ERROR", "系统错误"),
}
SEND = frozenset({"SendSms"})
MODES = {
    **dict.fromkeys(REFUSALS, SEND),
    "hang_before_accept": SEND,
    "hang_after_accept": SEND,
    "reset": SEND,
    "delay": SEND,
    "not_delivered": SEND,
    "html": frozenset(ACTIONS),
}


def faults() -> Faults:
    """Unless told otherwise a fault strikes SendSms; `"call": "QuerySendDetails"` has it strike the other."""
    return Faults(MODES)


def create_app(
    gateway: Gateway, carrier: Carrier, ordered: Faults, tally: controls.Tally, stopped: threading.Event
) -> Flask:
    app = Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    controls.mount(app, ordered, tally)
    actions: dict[str, Callable[..., dict[str, object]]] = {
        "SendSms": carrier.send,
        "QuerySendDetails": carrier.details,
    }

    @app.route("/", methods=["GET", "POST"])
    def endpoint() -> Response | str:
        params = request.args.to_dict() | request.form.to_dict()
        if request.method != "POST" and "Action" not in params:
            return inboxes()
        tally.count(params.get("Action", ""))
        action = gateway.admit(request.method, params)
        fault = ordered.strike(action)
        if fault and (instead := _instead(fault, stopped)):
            return instead
        outcome = {"outcome": "MOBILE_NOT_ON_SERVICE"} if fault and fault.mode == "not_delivered" else {}
        answer = jsonify(Code="OK", Message="OK", RequestId=_request_id(), **actions[action](params, **outcome))
        return _afterwards(fault, stopped) or answer

    @app.get("/_/messages")
    def messages() -> Response:
        return jsonify([one.as_json() for one in carrier.inbox.of(request.args.get("phone") or None)])

    def inboxes() -> str:
        phone = request.args.get("phone")
        shown = carrier.inbox.of(phone)[::-1] if phone else []
        return render_template("inbox.html", phones=carrier.inbox.phones(), phone=phone, messages=shown)

    @app.errorhandler(Refused)
    def refused(no: Refused) -> tuple[Response, int]:
        body = {"RequestId": _request_id(), "HostId": request.host, "Code": no.code, "Message": no.message}
        return jsonify(body | {"Recommend": f"https://api.aliyun.com/troubleshoot?q={no.code}"}), no.status

    @app.errorhandler(BusinessRefusal)
    def business_refused(no: BusinessRefusal) -> Response:
        return jsonify(Code=no.code, Message=no.message, RequestId=_request_id())

    @app.errorhandler(HTTPException)
    def no_such_api(_: HTTPException) -> tuple[Response, int]:
        return refused(Refused(404, "InvalidApi.NotFound", "Specified api is not found."))

    return app


def _instead(fault: Fault, stopped: threading.Event) -> Response | None:
    """What the caller gets when the fault strikes before anything is accepted."""
    if fault.mode in REFUSALS:
        raise REFUSALS[fault.mode]()
    if fault.mode == "html":
        return Response("<html><body>502 Bad Gateway</body></html>", mimetype="text/html")
    return silent(stopped) if fault.mode == "hang_before_accept" else None


def _afterwards(fault: Fault | None, stopped: threading.Event) -> Response | None:
    """What the caller gets when the fault strikes after the message is on its way."""
    match fault and fault.mode:
        case "hang_after_accept":
            return silent(stopped)
        case "reset":
            return dropped()
        case "delay" if fault:
            stopped.wait(fault.seconds)
    return None


def _request_id() -> str:
    return str(uuid.uuid4()).upper()
