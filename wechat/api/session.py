"""Signing in and out."""

from flask import Response, request

from models import Lawyer
from wechat.api import shapes
from wechat.api.door import BEARER, api, door, visitor
from wechat.api.forms import SignIn
from wechat.api.serializers import answer, lawyer_json, nothing


@api.post("/session")
@api.input(SignIn, arg_name="form")
@api.output(shapes.Session, status_code=201)
@api.doc(tags=["session"], operation_id="sign_in")
def sign_in(form: SignIn) -> Response:
    """Sign in with the code of wx.login.

    The token is good for 30 days; the lawyer is null until a licence is bound. Send the phone's last token along, ended or
    not: who has had one does not wait for what strangers do at the same address.
    """
    openid = door().wechat.openid_for(form.code, _bringer())
    door().limits.sign_in(
        request.remote_addr or ""
    )  # after it: codes invented behind this address use up nothing of its sign-ins
    token, expires_at = door().visitors.welcome(openid, door().desk.now())
    told = lawyer_json(Lawyer.of_openid(openid))
    return answer({"token": token, "expires_at": expires_at, "lawyer": told}, 201)


def _bringer() -> str:
    """By whom the code is counted: nothing else is believed of a token that is old."""
    given = BEARER.fullmatch(request.headers.get("Authorization", ""))
    openid = door().visitors.once(given[1], door().desk.now()) if given else None
    return f"visitor {openid}" if openid else request.remote_addr or ""


@api.delete("/session")
@api.doc(tags=["session"], operation_id="sign_out", responses={204: "The token is dead."})
def sign_out() -> Response:
    """Sign out."""
    door().visitors.dismiss(visitor(), door().desk.now())
    return nothing()
