"""The menus as data (data/menu.json): one for everybody, and the officers' by the tag. Checked before they are sent."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from refusals import Invalid
from wechat.account.tags import Tags
from wechat.outgoing.account import Account, AccountRefused

FILE = Path(__file__).resolve().parent.parent.parent / "data" / "menu.json"

# Of WeChat, in bytes of UTF-8: custommenu/api_createcustommenu. It shows 4 and 8 characters, and cuts off the rest.
NAME_BYTES, SUB_NAME_BYTES, KEY_BYTES, URL_BYTES = 16, 60, 128, 1024
NAME_SHOWN, SUB_NAME_SHOWN = 4, 8
BUTTONS, SUB_BUTTONS = 3, 5
NONE_YET = 46003

Buttons = list[dict[str, Any]]


class Menus(NamedTuple):
    """What everybody sees, and what officers see."""

    default: Buttons
    officer: Buttons


class Comparison(NamedTuple):
    """What WeChat has beside what stands in our file; `menu_ids` are the conditional menus of the officers' tag."""

    there: Menus
    ours: Menus
    menu_ids: list[str]

    @property
    def differs(self) -> list[str]:
        """Of `default` and `officer` those that are not the same, or of which WeChat has several."""
        names = [name for name in Menus._fields if getattr(self.there, name) != getattr(self.ours, name)]
        return names or (["officer"] if len(self.menu_ids) > 1 else [])


def read(file: Path = FILE) -> Menus:
    """Raises Invalid, naming every button that WeChat would refuse or cut short."""
    found = json.loads(file.read_text("utf-8"))
    wrong = [f"{menu}：{problem}" for menu in Menus._fields for problem in problems(found[menu])]
    if wrong:
        raise Invalid("菜单有误：" + "；".join(wrong))
    return Menus(found["default"], found["officer"])


def problems(buttons: Buttons) -> list[str]:
    """What is wrong with a menu, in words; nothing when WeChat can take it."""
    wrong = [] if 1 <= len(buttons) <= BUTTONS else [f"一级菜单须为1至{BUTTONS}个"]
    for button in buttons:
        wrong += _name_problems(button, NAME_BYTES, NAME_SHOWN)
        under = button.get("sub_button")
        if under is None:
            wrong += _action_problems(button)
            continue
        if not 1 <= len(under) <= SUB_BUTTONS:
            wrong.append(f"“{button.get('name')}”的子菜单须为1至{SUB_BUTTONS}个")
        for one in under:
            wrong += _name_problems(one, SUB_NAME_BYTES, SUB_NAME_SHOWN) + _action_problems(one)
    return wrong


class Menu:
    """Raises AccountRefused, with words for whoever runs the house."""

    def __init__(self, account: Account, tags: Tags, file: Path = FILE):
        self._account, self._tags, self._file = account, tags, file

    def show(self) -> Comparison:
        return self._compare(self._tags.tag_id())

    def push(self) -> Comparison:
        """Make WeChat's menus ours; answers what was there before. What is the same already is left alone.

        The new conditional menu comes before the old ones go: the newest one counts, and nobody is ever without.
        """
        tag = self._tags.tag_id()
        before = self._compare(tag)
        if "default" in before.differs:
            self._account.post("menu/create", {"button": before.ours.default})
        if "officer" in before.differs:
            rule = {"button": before.ours.officer, "matchrule": {"tag_id": str(tag)}}
            self._account.post("menu/addconditional", rule)
            for menu_id in before.menu_ids:
                self._account.post("menu/delconditional", {"menuid": menu_id})
        return before

    def _compare(self, tag: int) -> Comparison:
        ours, there = read(self._file), self._there()
        of_tag = [one for one in there.get("conditionalmenu", []) if str(one["matchrule"].get("tag_id")) == str(tag)]
        default = _plain(there.get("menu", {}).get("button", []))
        officer = _plain(of_tag[0]["button"]) if of_tag else []
        menu_ids = [str(one["menuid"]) for one in of_tag]
        return Comparison(Menus(default, officer), Menus(_plain(ours.default), _plain(ours.officer)), menu_ids)

    def _there(self) -> dict[str, Any]:
        try:
            return self._account.get("menu/get")
        except AccountRefused as refused:
            if refused.errcode == NONE_YET:
                return {}
            raise


def _plain(buttons: Buttons) -> Buttons:
    """Only what we say ourselves: WeChat adds an empty `sub_button` to every button."""
    said = ("name", "type", "key", "url")
    return [
        {name: button[name] for name in said if button.get(name)}
        | ({"sub_button": _plain(button["sub_button"])} if button.get("sub_button") else {})
        for button in buttons
    ]


def _name_problems(button: dict[str, Any], most_bytes: int, shown: int) -> list[str]:
    name = button.get("name", "")
    size = len(name.encode())
    if not 1 <= size <= most_bytes:
        return [f"“{name}”须为1至{most_bytes}字节，现为{size}字节"]
    return [f"“{name}”手机上只显示{shown}个字"] if len(name) > shown else []


def _action_problems(button: dict[str, object]) -> list[str]:
    kind = button.get("type")
    member, most = {"click": ("key", KEY_BYTES), "view": ("url", URL_BYTES)}.get(str(kind), ("", 0))
    if not member:
        return [f"“{button.get('name')}”的类型须为 click 或 view"]
    size = len(str(button.get(member, "")).encode())
    return [] if 1 <= size <= most else [f"“{button.get('name')}”的{member}须为1至{most}字节，现为{size}字节"]
