"""The tag `officer` in WeChat: whoever has it sees the officers' menu. Kept in step with who is bound, by the clock."""

import logging
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Any

from peewee import chunked
from redis import Redis, RedisError

from wechat.outgoing.account import Account, AccountRefused

log = logging.getLogger(__name__)

TAG = "officer"
AT_ONCE = 50  # openids in one call
ASKED_ANEW_SECONDS = 86400  # WeChat is asked who has the tag, in case we are wrong
REFUSED_SECONDS = 600
REST_SECONDS = 300
_HAVE, _KNOWN, _REFUSED, _REST = (f"wechat:tag:{name}" for name in ("have", "known", "refused", "rest"))


class Tags:
    """What WeChat has is remembered in Redis, so that nothing is asked while nothing changes."""

    def __init__(self, account: Account, redis: Redis):
        self._account, self._redis = account, redis

    def keep(self, wanted: Collection[str]) -> int:
        """Tag whoever lacks it, take it from whoever should not have it; answers how many changed.

        Safe to run twice. When WeChat refuses or is away, it is left alone for a while and asked again then.
        Raises RedisError.
        """
        if self._redis.exists(_REST):
            return 0
        try:
            return self._keep(set(wanted))
        except AccountRefused as refused:
            log.warning("the officers' tag could not be kept: %s", refused.detail)
            self._redis.set(_REST, 1, ex=REST_SECONDS)
            return 0

    def tag_id(self) -> int:
        """Of the tag, which is made where it is missing; nobody has it then. Raises AccountRefused."""
        for tag in self._account.get("tags/get").get("tags", []):
            if tag.get("name") == TAG:
                return int(tag["id"])
        with suppress(RedisError):
            self._redis.delete(_HAVE, _KNOWN, _REFUSED, _REST)
        return int(self._account.post("tags/create", {"tag": {"name": TAG}})["tag"]["id"])

    def forget(self, openid: str) -> None:
        """Who leaves the account loses the tag there; coming back they are tagged anew. Raises RedisError."""
        self._redis.srem(_HAVE, openid)
        self._redis.srem(_REFUSED, openid)

    def _keep(self, wanted: set[str]) -> int:
        if not self._redis.exists(_KNOWN):
            self._ask_who_has_it()
        have, refused = self._remembered(_HAVE), self._remembered(_REFUSED)
        lacking, over = sorted(wanted - have - refused), sorted(have - wanted)
        if not lacking and not over:
            return 0
        tag = self.tag_id()
        tagged = self._change("tags/members/batchtagging", tag, lacking)
        untagged = self._change("tags/members/batchuntagging", tag, over)
        for openid in tagged:
            self._redis.sadd(_HAVE, openid)
        for openid in over:  # whom WeChat does not know has no tag either
            self._redis.srem(_HAVE, openid)
        return len(tagged) + len(untagged)

    def _remembered(self, key: str) -> set[str]:
        found: Any = self._redis.smembers(key)
        return {openid.decode() for openid in found}

    def _change(self, call: str, tag: int, openids: list[str]) -> list[str]:
        """Whom it was done for. One whom WeChat does not know (he left the account) keeps nobody else from it."""
        done = []
        for some in chunked(openids, AT_ONCE):
            try:
                self._account.post(call, {"tagid": tag, "openid_list": some})
                done += some
            except AccountRefused as refused:
                if refused.errcode not in _ABOUT_PEOPLE:
                    raise
                done += [one for one in some if self._change_one(call, tag, one)]
        return done

    def _change_one(self, call: str, tag: int, openid: str) -> bool:
        try:
            self._account.post(call, {"tagid": tag, "openid_list": [openid]})
        except AccountRefused as refused:
            if refused.errcode not in _ABOUT_PEOPLE:
                raise
            self._redis.sadd(_REFUSED, openid)
            self._redis.expire(_REFUSED, REFUSED_SECONDS)
            return False
        return True

    def _ask_who_has_it(self) -> None:
        have = set(self._who_has_it(self.tag_id()))
        pipe = self._redis.pipeline()
        pipe.delete(_HAVE)
        if have:
            pipe.sadd(_HAVE, *have)
        pipe.set(_KNOWN, 1, ex=ASKED_ANEW_SECONDS)
        pipe.execute()

    def _who_has_it(self, tag: int) -> Iterator[str]:
        """Page by page; behind the last one comes an empty page."""
        asked = {"tagid": tag, "next_openid": ""}
        while found := self._account.post("user/tag/get", asked).get("data", {}).get("openid"):
            yield from found
            asked["next_openid"] = found[-1]


_ABOUT_PEOPLE = {40003, 43004, 45059, 49003}  # no such openid, no follower, too many tags, another account's
