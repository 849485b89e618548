"""WeChat's API as HTTP, and the controls beside it."""

import json
import threading
from collections.abc import Callable

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from sandbox import controls
from sandbox.faults import BadOrder, Fault, Faults
from sandbox.serving import dropped, silent
from sandbox.wechat import account_http, oauth
from sandbox.wechat.account import Account
from sandbox.wechat.account_push import Pusher
from sandbox.wechat.platform import Platform
from sandbox.wechat.refusals import Refused

LOGIN, TOKEN, STABLE = "/sns/jscode2session", "/cgi-bin/token", "/cgi-bin/stable_token"
PHONE, SUBSCRIBE = "/wxa/business/getuserphonenumber", "/cgi-bin/message/subscribe/send"
WITH_TOKEN = frozenset({PHONE, SUBSCRIBE, *account_http.PATHS})
CALLS = WITH_TOKEN | {LOGIN, TOKEN, STABLE, oauth.ACCESS_TOKEN}
MODES = {
    **dict.fromkeys(("40001", "40014", "42001", "48001"), WITH_TOKEN),
    **dict.fromkeys(("40226",), frozenset({LOGIN})),
    **dict.fromkeys(("43101",), frozenset({SUBSCRIBE})),
    **dict.fromkeys(("-1", "45009", "45011", "html_502", "html_200", "slow", "hang", "reset"), CALLS),
    "slow_token": frozenset({TOKEN, STABLE}),
}


def faults() -> Faults:
    """A mode that is a number answers with that errcode; `"call"` narrows a fault to one path."""
    return Faults(MODES)


def create_app(
    platform: Platform,
    account: Account,
    pusher: Pusher | None,
    ordered: Faults,
    tally: controls.Tally,
    stopped: threading.Event,
) -> Flask:
    app = Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    controls.mount(app, ordered, tally)
    _mount_controls(app, platform)
    account_http.mount(app, account, pusher)
    oauth.mount(app, platform.oauth)

    def call(
        path: str, method: str, answer: Callable[[], dict[str, object]], mimetype: str = "application/json"
    ) -> None:
        def view() -> Response:
            tally.count(path)
            fault = ordered.strike(path)
            if fault and (instead := _instead(fault, stopped)):
                return instead
            if request.method != method:
                raise Refused(43001 if method == "GET" else 43002)
            return Response(json.dumps(answer(), ensure_ascii=False), mimetype=mimetype)

        app.add_url_rule(path, path, view, methods=["GET", "POST"])

    def bearer() -> str:
        return platform.tokens.appid(request.args.get("access_token"))

    call(LOGIN, "GET", lambda: platform.session(request.args), mimetype="text/plain")
    call(TOKEN, "GET", lambda: platform.token(request.args))
    call(STABLE, "POST", lambda: platform.stable_token(_body()))
    call(oauth.ACCESS_TOKEN, "GET", lambda: platform.oauth.access_token(request.args), "text/plain")
    call(PHONE, "POST", lambda: platform.phone_number(bearer(), _body()))
    call(SUBSCRIBE, "POST", lambda: platform.subscribe_message(bearer(), _body()))

    for path, answer in account_http.answers(account, bearer, _body).items():
        call(path, account_http.PATHS[path], answer)

    @app.errorhandler(Refused)
    def refused(no: Refused) -> Response:
        return jsonify(errcode=no.errcode, errmsg=no.errmsg)

    @app.errorhandler(HTTPException)
    def no_such_page(no: HTTPException) -> Response | tuple[Response, int]:
        if request.path.startswith("/_/"):
            return jsonify(error=no.name), no.code or 500
        return refused(Refused(40066))

    return app


def _body() -> dict[str, object]:
    """The client library sends JSON without a Content-Type, so none is asked for."""
    try:
        body = json.loads(request.get_data())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(47001)
    return body


def _instead(fault: Fault, stopped: threading.Event) -> Response | None:
    match fault.mode:
        case "html_502" | "html_200":
            return Response("<html><body>Bad Gateway</body></html>", int(fault.mode[-3:]), mimetype="text/html")
        case "hang":
            return silent(stopped)
        case "reset":
            return dropped()
        case "slow" | "slow_token":
            stopped.wait(fault.seconds)
            return None
    raise Refused(int(fault.mode))


def _mount_controls(app: Flask, platform: Platform) -> None:
    @app.post("/_/login-codes")
    def login_code() -> Response:
        return jsonify(code=platform.tap_login(str(controls.body(("openid",))["openid"])))

    @app.post("/_/phone-codes")
    def phone_code() -> Response:
        return jsonify(code=platform.tap_phone(str(controls.body(("phone",))["phone"])))

    @app.post("/_/consents")
    def consents() -> tuple[str, int]:
        given = controls.body(("openid", "template_id"), ("times",))
        times = given.get("times", 1)
        if type(times) is not int or times < 1:
            raise BadOrder("times is a number from 1")
        platform.tap_allow(str(given["openid"]), str(given["template_id"]), times)
        return "", 204

    @app.get("/_/messages")
    def messages() -> Response:
        return jsonify([message.as_json() for message in platform.subscriptions.messages])
