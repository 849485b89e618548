"""How WeChat says no: always HTTP 200, an `errcode`, and an `errmsg` with a trace nobody should match."""

import secrets
import time

WORDS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40029: "invalid code",
    40032: "invalid openid list size",
    40037: "invalid template_id",
    40066: "invalid url",
    40125: "invalid appsecret",
    40163: "code been used",
    40226: "code blocked",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43101: "user refuse to accept the msg",
    45009: "reach max api daily quota limit",
    45056: "too many tag now, no need to add new",
    45059: "can't add this tag to one user",
    45157: "invalid tag name",
    45158: "tag name too long",
    45159: "invalid tag",
    46003: "menu no exist",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    65301: "no such conditional menu",
    65303: "there is no selfmenu, please create selfmenu first",
    65320: "matchrule is not supported",
}


class Refused(Exception):
    """`detail` follows the words, as in `argument invalid! data.thing1.value is empty`."""

    def __init__(self, errcode: int, detail: str = ""):
        super().__init__(errcode)
        self.errcode, self.detail = errcode, detail

    @property
    def errmsg(self) -> str:
        return f"{WORDS[self.errcode]}{self.detail} rid: {_rid()}"


def _rid() -> str:
    return f"{int(time.time()):08x}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
