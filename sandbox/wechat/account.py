"""The subscription account on WeChat's side: its menus, its tags, its followers. In memory; each start is fresh."""

import itertools
import threading
from collections.abc import Mapping
from typing import Any

from sandbox.wechat.account_menus import checked
from sandbox.wechat.refusals import Refused

AT_ONCE, TAGS_EACH, TAGS = 50, 20, 100


class Account:
    """`verified`: an unverified account may receive and reply, and nothing else (48001)."""

    def __init__(self, appid: str, followers: Mapping[str, str]):
        """`followers`: openid → what the chat page calls them."""
        self.appid, self.followers = appid, dict(followers)
        self._lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        """No menus, no tags, verified; the followers stay."""
        self.verified = True
        self._default: list[dict[str, object]] | None = None
        self._conditional: list[dict[str, Any]] = []
        self._tags: dict[int, str] = {}
        self._tagged: dict[str, list[int]] = {}
        self._left: set[str] = set()
        self._menu_ids, self._tag_ids = itertools.count(428_000_001), itertools.count(100)

    def follow(self, openid: str, follows: bool) -> None:
        """Who leaves loses the tags."""
        with self._lock:
            if follows:
                self._left.discard(openid)
                self.followers.setdefault(openid, openid)
            else:
                self._left.add(openid)
                self._tagged.pop(openid, None)

    def create_menu(self, body: Mapping[str, object]) -> dict[str, object]:
        self._default = checked(body)
        return _ok()

    def get_menu(self) -> dict[str, object]:
        if self._default is None:
            raise Refused(46003)
        found: dict[str, object] = {"menu": {"button": self._default}}
        return found | ({"conditionalmenu": self._conditional[::-1]} if self._conditional else {})

    def delete_menu(self) -> dict[str, object]:
        """The conditional ones go with it."""
        self._default, self._conditional = None, []
        return _ok()

    def add_conditional(self, body: Mapping[str, object]) -> dict[str, object]:
        buttons, rule = checked(body), body.get("matchrule")
        if self._default is None:
            raise Refused(65303)
        if not isinstance(rule, dict) or set(rule) != {"tag_id"}:
            raise Refused(65320)
        if not str(rule["tag_id"]).isdecimal() or int(rule["tag_id"]) not in self._tags:
            raise Refused(45159)
        menu_id = str(next(self._menu_ids))
        kept = {"button": buttons, "matchrule": {"tag_id": str(rule["tag_id"])}, "menuid": menu_id}
        with self._lock:
            self._conditional.append(kept)
        return {"menuid": menu_id}

    def delete_conditional(self, body: Mapping[str, object]) -> dict[str, object]:
        with self._lock:
            left = [one for one in self._conditional if one["menuid"] != str(body.get("menuid"))]
            if len(left) == len(self._conditional):
                raise Refused(65301)
            self._conditional = left
        return _ok()

    def try_match(self, body: Mapping[str, object]) -> dict[str, object]:
        if self._default is None:
            raise Refused(46003)
        return {"button": self.menu_of(str(body.get("user_id")))}

    def menu_of(self, openid: str) -> list[dict[str, object]]:
        """The newest conditional menu for the tag given last, or the default one."""
        tags = self._tagged.get(openid, [])
        for menu in reversed(self._conditional):
            if tags and menu["matchrule"]["tag_id"] == str(tags[-1]):
                return list(menu["button"])
        return self._default or []

    def create_tag(self, body: Mapping[str, object]) -> dict[str, object]:
        tag = body.get("tag")
        name = tag.get("name") if isinstance(tag, dict) else None
        if not isinstance(name, str) or not 1 <= len(name) <= 30:
            raise Refused(45158)
        with self._lock:
            if name in self._tags.values():
                raise Refused(45157)
            if len(self._tags) >= TAGS:
                raise Refused(45056)
            number = next(self._tag_ids)
            self._tags[number] = name
        return {"tag": {"id": number, "name": name}}

    def get_tags(self) -> dict[str, object]:
        counts = {tag: sum(tag in his for his in self._tagged.values()) for tag in self._tags}
        return {"tags": [{"id": tag, "name": name, "count": counts[tag]} for tag, name in self._tags.items()]}

    def tag_people(self, body: Mapping[str, object]) -> dict[str, object]:
        tag, openids = self._people(body)
        with self._lock:
            for openid in openids:
                his = [one for one in self._tagged.get(openid, []) if one != tag]
                if len(his) >= TAGS_EACH:
                    raise Refused(45059)
                self._tagged[openid] = [*his, tag]
        return _ok()

    def untag_people(self, body: Mapping[str, object]) -> dict[str, object]:
        tag, openids = self._people(body)
        with self._lock:
            for openid in openids:
                self._tagged[openid] = [one for one in self._tagged.get(openid, []) if one != tag]
        return _ok()

    def tagged(self, body: Mapping[str, object]) -> dict[str, object]:
        """In the order of openids, behind `next_openid`; all at once."""
        tag, behind = self._tag(body), str(body.get("next_openid", ""))
        openids = sorted(one for one, his in self._tagged.items() if tag in his and one > behind)
        if not openids:
            return {"count": 0}
        return {"count": len(openids), "data": {"openid": openids}, "next_openid": openids[-1]}

    def _people(self, body: Mapping[str, object]) -> tuple[int, list[str]]:
        """Raises Refused: nobody of them is tagged when one is no follower."""
        tag, openids = self._tag(body), body.get("openid_list")
        if not isinstance(openids, list) or not 1 <= len(openids) <= AT_ONCE:
            raise Refused(40032)
        if any(one in self._left or one not in self.followers for one in openids):
            raise Refused(40003)
        return tag, openids

    def _tag(self, body: Mapping[str, object]) -> int:
        tag = body.get("tagid")
        if not isinstance(tag, int) or tag not in self._tags:
            raise Refused(45159)
        return tag


def _ok() -> dict[str, object]:
    return {"errcode": 0, "errmsg": "ok"}
