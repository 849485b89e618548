"""The subscription account's calls over HTTP, its controls, and the page on which one is somebody with a phone."""

from collections.abc import Callable, Mapping

from flask import Flask, Response, jsonify, render_template, request

from sandbox import controls
from sandbox.faults import BadOrder
from sandbox.wechat.account import Account
from sandbox.wechat.account_push import Outcome, Pusher
from sandbox.wechat.refusals import Refused

GET, POST = "GET", "POST"
PATHS = {
    "/cgi-bin/menu/create": POST,
    "/cgi-bin/menu/get": GET,
    "/cgi-bin/menu/delete": GET,
    "/cgi-bin/menu/addconditional": POST,
    "/cgi-bin/menu/delconditional": POST,
    "/cgi-bin/menu/trymatch": POST,
    "/cgi-bin/tags/create": POST,
    "/cgi-bin/tags/get": GET,
    "/cgi-bin/tags/members/batchtagging": POST,
    "/cgi-bin/tags/members/batchuntagging": POST,
    "/cgi-bin/user/tag/get": POST,
}


def answers(
    account: Account, bearer: Callable[[], str], body: Callable[[], Mapping[str, object]]
) -> dict[str, Callable[[], dict[str, object]]]:
    """What each path answers; `bearer` says which token came with the call."""
    does: dict[str, Callable[..., dict[str, object]]] = dict(
        zip(
            PATHS,
            (
                account.create_menu, account.get_menu, account.delete_menu, account.add_conditional,
                account.delete_conditional, account.try_match, account.create_tag, account.get_tags,
                account.tag_people, account.untag_people, account.tagged,
            ),
            strict=True,
        )
    )  # fmt: skip

    def answering(path: str) -> Callable[[], dict[str, object]]:
        def answer() -> dict[str, object]:
            if bearer() != account.appid or not account.verified:
                raise Refused(48001)
            return does[path]() if PATHS[path] == GET else does[path](body())

        return answer

    return {path: answering(path) for path in PATHS}


def mount(app: Flask, account: Account, pusher: Pusher | None) -> None:
    """The controls, and the chat page."""

    @app.post("/_/push")
    def push() -> Response:
        given = controls.body(("openid",), ("text", "event", "key", "lost"))
        return jsonify(_pushed(account, pusher, given).as_json())

    @app.post("/_/account")
    def kind() -> tuple[str, int]:
        given = controls.body((), ("verified",))
        if not isinstance(given.get("verified"), bool):
            raise BadOrder("verified is true or false")
        account.verified = given["verified"]
        return "", 204

    @app.get("/_/menu")
    def menu() -> Response:
        return jsonify(button=account.menu_of(request.args.get("openid", "")))

    @app.get("/chat")
    def chat() -> str:
        openid = request.args.get("openid", next(iter(account.followers), ""))
        return render_template("chat.html", followers=account.followers, openid=openid)


def _pushed(account: Account, pusher: Pusher | None, given: Mapping[str, object]) -> Outcome:
    if pusher is None:
        raise BadOrder("no server is entered for this account")
    openid, lost = str(given["openid"]), given.get("lost", 0)
    if type(lost) is not int or ("text" in given) == ("event" in given):
        raise BadOrder("either text or event; lost is a number")
    if given.get("event") in ("subscribe", "unsubscribe"):
        account.follow(openid, given["event"] == "subscribe")
    elif openid not in account.followers:
        account.follow(openid, True)
    if "text" in given:
        return pusher.words(openid, str(given["text"]), lost)
    return pusher.event(openid, str(given["event"]), str(given.get("key", "")), lost)
