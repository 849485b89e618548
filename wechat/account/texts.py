"""What the account says when it looks nothing up."""

STRANGER = "您好，本公众号仅供内部工作使用。律师预约会见请使用小程序。"
BUSY = "系统繁忙，请稍后再试。"
BAD_CODE = "绑定码不对、已用过或已过期。请在工作台重新取码后发送：绑定 加8位绑定码。"
TOO_MANY = "尝试次数过多，请一小时后再试。"
BOUND_ELSEWHERE = "此微信已绑定其他民警，请先发送“解绑”。"
UNBOUND = "已解除绑定。"
NO_SUCH_DAY = "没有这一天，请核对日期，如 11-27。"
NOTHING_FURTHER = "没有更多内容了。"
NOT_YOURS = "您的岗位不办理复核。"
ASK_LAWYER = "请直接发送律师的17位执业证号，或完整姓名。"
ASK_BOOKING = "请直接发送预约号（8位字母数字），如 7K3MPQ2X。"

HELP = """可直接发送：
预约号，如 7K3MPQ2X
执业证号（17位）或律师姓名
日期，如 11-27、明天、周五
现在 · 今日会见 · 提押单 · 名额 · 待复核
更多（看下一页）· 我的看守所 · 解绑
这里只能查询，办理请到工作台。每次查询都有记录。"""


def bound(name: str, role: str) -> str:
    return f"{name}，您已绑定（{role}）。菜单约五分钟内更新。\n{HELP}"


def is_bound(name: str, role: str) -> str:
    return f"已绑定：{name}（{role}）。解除请发送“解绑”。"
