"""`flask menu`: the menus of the officers' subscription account."""

from house import house
from terminal.speech import Subject, answer, json_option

menu = Subject("menu", help="公众号菜单")

_NAMES = {"default": "默认菜单", "officer": "民警菜单"}


@menu.command()
@json_option
def push(as_json: bool) -> None:
    """把 data/menu.json 推送到微信：默认菜单给所有人，民警菜单只给带 officer 标签的人。"""
    changed = house().menu.push().differs
    words = f"已推送{_named(changed)}，手机上约五分钟内更新" if changed else "微信上的菜单已是最新，未作改动"
    answer(f"{words}。", as_json, pushed=changed)


@menu.command()
@json_option
def show(as_json: bool) -> None:
    """比较微信上的菜单与 data/menu.json。"""
    found = house().menu.show()
    lines = []
    for name, title in _NAMES.items():
        state = "不一致，请运行 flask menu push" if name in found.differs else "一致"
        lines.append(f"{title}（{state}）")
        for button in getattr(found.there, name):
            under = "、".join(one["name"] for one in button.get("sub_button", []))
            lines.append(f"  {button['name']}" + (f"：{under}" if under else ""))
    answer("\n".join(lines), as_json, differs=found.differs, wechat=found.there._asdict())


def _named(menus: list[str]) -> str:
    return "和".join(_NAMES[name] for name in menus)
