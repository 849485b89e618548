"""What the person at the terminal is left with: the addresses, and who is who."""

from sandbox.world.cast import CHEN, LI, OFFICERS, WALKER, WANG, ZHAO

LAWYERS = (
    (WALKER, "启动时走完一遍预约的律师"),
    (WANG, "已核验，无记录"),
    (LI, "已核验，爽约两次"),
    (ZHAO, "爽约三次，暂停网上预约"),
    (CHEN, "不在名册，待民警核验"),
)

TEXT = """
会见 huijian 已就绪 · everything is up (Ctrl-C 结束)

  从这里开始 start here   http://127.0.0.1:{port}/   在浏览器里打开，选一个身份进入民警工作台
  服务 service            http://127.0.0.1:{port}    接口文档 /api/v1/docs · /healthz · /readyz
  民警公众号 account      http://127.0.0.1:{wechat}/chat
  手机短信 SMS inboxes    http://127.0.0.1:{aliyun}

  律师 lawyers
{lawyers}
  民警 officers
{officers}

  登录码 login code   curl -d '{{"openid":"{openid}"}}' http://127.0.0.1:{wechat}/_/login-codes
  复核 review         .venv/bin/flask --app app review list
  日志 logs           var/log/
"""


def who_is_who(port: int) -> str:
    lawyers = "\n".join(
        f"    {one.name}  {one.openid}  {one.licence_no}  {one.phone}  {state}" for one, state in LAWYERS
    )
    officers = "\n".join(f"    {one.account}  {one.name}（{one.role}）" for one in OFFICERS)
    where = {"port": port, "wechat": port + 1, "aliyun": port + 2}
    return TEXT.format(**where, lawyers=lawyers, officers=officers, openid=WALKER.openid)
