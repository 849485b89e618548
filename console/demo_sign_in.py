"""Signed in with one click as anybody of the demo's cast. Mounted in the demo only."""

from flask import Blueprint, Response, request

from console.door.context import FORM_BYTES, door
from console.sign_in import let_in
from models import Officer
from refusals import NotFound

demo = Blueprint("console_demo", __name__, url_prefix="/console")


@demo.post("/demo-sign-in")
def sign_in() -> Response:
    """No proof of the form is asked: nobody gains by signing somebody else in to a demo. Raises NotFound."""
    request.max_content_length = FORM_BYTES
    account = request.form.get("account", "")
    in_office = (Officer.account == account) & (Officer.state == "active")
    officer = Officer.get_or_none(in_office) if account in door().demo_accounts else None
    if officer is None:
        raise NotFound("演示中没有这位民警，或已被停用")
    return let_in(officer, request.form.get("next", ""), "演示")
