"""What WeChat takes for a menu (custommenu/api_createcustommenu): counts, and lengths in bytes."""

from typing import Any

from sandbox.wechat.refusals import Refused

NAME, SUB_NAME, KEY, URL = 16, 60, 128, 1024
WITH_KEY = frozenset({"click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album",
                      "pic_weixin", "location_select"})  # fmt: skip


def checked(body: Any) -> list[dict[str, Any]]:
    """The buttons as WeChat keeps them. Raises Refused."""
    buttons = body.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Refused(40016)
    return [_top(button) for button in buttons]


def _top(button: Any) -> dict[str, Any]:
    _name(button, NAME, 40018)
    under = button.get("sub_button")
    if not under:
        return _action(button, (40017, 40019, 40020)) | {"sub_button": []}
    if not isinstance(under, list) or len(under) > 5:
        raise Refused(40023)
    for one in under:
        _name(one, SUB_NAME, 40025)
    kept = [_action(one, (40024, 40026, 40027)) | {"sub_button": []} for one in under]
    return {"name": button["name"], "sub_button": kept}


def _name(button: object, most: int, errcode: int) -> None:
    name = button.get("name") if isinstance(button, dict) else None
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= most:
        raise Refused(errcode)


def _action(button: dict[str, object], errcodes: tuple[int, int, int]) -> dict[str, object]:
    """`errcodes`: of a wrong type, a wrong key, a wrong address."""
    kind = button.get("type")
    if kind in WITH_KEY:
        return _with(button, "key", KEY, errcodes[1])
    if kind == "view":
        if not str(button.get("url", "")).startswith(("http://", "https://")):
            raise Refused(errcodes[2])
        return _with(button, "url", URL, errcodes[2])
    raise Refused(errcodes[0])


def _with(button: dict[str, object], member: str, most: int, errcode: int) -> dict[str, object]:
    value = button.get(member)
    if not isinstance(value, str) or not 1 <= len(value.encode()) <= most:
        raise Refused(errcode)
    return {"type": button["type"], "name": button["name"], member: value}
