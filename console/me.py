"""我的账号: an officer's own affairs."""

from flask import Response

from console import sessions
from console.door import back, console, here, page, say
from console.visit import SESSION, door


@console.get("/me")
def me() -> str:
    return page("me.html")


@console.post("/sign-out")
def sign_out() -> Response:
    sessions.end(here().session, here().now)
    say("已退出登录")
    answer = back("console.sign_in")
    door().cookies.drop(answer, SESSION)
    return answer
