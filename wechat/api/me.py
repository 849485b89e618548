"""The lawyer: licence, standing, consents to messages, appeals."""

from flask import Response, request

from booking.lawyers import changes, licences, roll_match, standing, tries
from booking.policy import Policy
from models import Consent, Lawyer
from refusals import Invalid, NotFound
from wechat.api import shapes
from wechat.api.door import api, door, lawyer_id, visitor
from wechat.api.forms import Appeal, ChangeForm, Consents, LicenceForm
from wechat.api.serializers import answer, lawyer_json, nothing, strike_json

_CLEAN = standing.Standing([], Policy.model_validate({}).strikes_to_suspend, None)


@api.get("/me")
@api.output(shapes.Me)
@api.doc(tags=["me"], operation_id="me")
def me() -> Response:
    """Who I am here, and my standing."""
    lawyer = Lawyer.of_openid(visitor().openid)
    found = standing.of(lawyer, door().desk.now()) if lawyer else _CLEAN
    told = found._asdict() | {"strikes": [strike_json(strike) for strike in found.strikes]}
    return answer({"lawyer": lawyer_json(lawyer), "standing": told})


@api.post("/me/licence")
@api.input(LicenceForm, arg_name="form")
@api.output(shapes.Bound, status_code=201)
@api.doc(tags=["me"], operation_id="bind_licence")
def bind_licence(form: LicenceForm) -> Response:
    """Bind my licence to this WeChat identity.

    `verified` when all agrees with the roll of lawyers, `pending` while an officer decides, `refused` with the reason.
    What differs is not told. A licence number has five tries a day; who brings the phone the roll has of it has ten
    wrong ones of his own.
    A verified lawyer on a new WeChat, with the phone that is bound, has all that is his at once, the old WeChat no more.
    """
    door().limits.bind(request.remote_addr or "", visitor().openid)
    phone = door().wechat.phone_for(form.phone_code, visitor().openid)
    his = roll_match.brings_his_phone(form.licence_no, phone)
    door().limits.licence_tried(form.licence_no, with_his_phone=his)
    lawyer = tries.bind(visitor().openid, form.name, form.licence_no, form.firm, form.id_no, phone, door().desk.now())
    if his and lawyer.state != licences.PENDING:
        door().limits.licence_proven(form.licence_no)
    door().visitors.forget(visitor())
    return answer({"lawyer": lawyer_json(lawyer)}, 201)


@api.patch("/me/licence")
@api.input(ChangeForm, arg_name="form")
@api.output(shapes.Changed)
@api.doc(tags=["me"], operation_id="change_licence")
def change_licence(form: ChangeForm) -> Response:
    """Change my firm (`done` where the roll has it so, else `pending` for an officer) or my phone (the old is told)."""
    door().limits.bind(request.remote_addr or "", visitor().openid)
    phone = door().wechat.phone_for(form.phone_code, visitor().openid) if form.phone_code is not None else None
    lawyer, made = changes.ask(visitor().openid, door().desk.now(), form.firm, phone)
    door().visitors.forget(visitor())
    return answer({"lawyer": lawyer_json(lawyer), "changes": [change._asdict() for change in made]})


@api.post("/me/consents")
@api.input(Consents, arg_name="form")
@api.doc(tags=["me"], operation_id="consent", responses={204: "Each template may be used once more."})
def consent(form: Consents) -> Response:
    """Say which subscription messages the lawyer has just allowed, once each."""
    if unknown := set(form.templates) - door().message_templates:
        raise Invalid(errors=[{"field": "templates", "message": f"不认识的消息模板：{'、'.join(sorted(unknown))}"}])
    rows = [{"openid": visitor().openid, "template_id": template, "left": 1} for template in set(form.templates)]
    once_more = {Consent.left: Consent.left + 1}
    Consent.insert_many(rows).on_conflict(
        conflict_target=[Consent.openid, Consent.template_id], update=once_more
    ).execute()
    return nothing()


@api.post("/strikes/<strike_id>/appeal")
@api.input(Appeal, arg_name="form")
@api.output(shapes.Strike, status_code=201)
@api.doc(tags=["me"], operation_id="appeal")
def appeal(strike_id: str, form: Appeal) -> Response:
    """Ask an officer to look at a strike again."""
    if not (strike_id.isascii() and strike_id.isdigit() and len(strike_id) <= 9):
        raise NotFound("没有这条爽约记录")
    return answer(strike_json(standing.appeal(lawyer_id(), int(strike_id), form.reason, door().desk.now())), 201)
