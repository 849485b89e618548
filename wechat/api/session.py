"""Signing in and out."""

from flask import Response, request

from models import Lawyer
from wechat.api import shapes
from wechat.api.door import api, door, visitor
from wechat.api.forms import SignIn
from wechat.api.serializers import answer, lawyer_json, nothing


@api.post("/session")
@api.input(SignIn, arg_name="form")
@api.output(shapes.Session, status_code=201)
@api.doc(tags=["session"], operation_id="sign_in")
def sign_in(form: SignIn) -> Response:
    """Sign in with the code of wx.login.

    The token is good for 30 days; the lawyer is null until a licence is bound.
    """
    address = request.remote_addr or ""
    openid = door().wechat.openid_for(form.code, address)
    door().limits.sign_in(address)  # after it: codes invented behind this address use up nothing of its sign-ins
    token, expires_at = door().visitors.welcome(openid, door().desk.now())
    told = lawyer_json(Lawyer.of_openid(openid))
    return answer({"token": token, "expires_at": expires_at, "lawyer": told}, 201)


@api.delete("/session")
@api.doc(tags=["session"], operation_id="sign_out", responses={204: "The token is dead."})
def sign_out() -> Response:
    """Sign out."""
    door().visitors.dismiss(visitor(), door().desk.now())
    return nothing()
