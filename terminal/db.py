"""`flask db`: the tables."""

import click

from models import schema
from terminal.speech import Subject, answer

db = Subject("db", help="数据库表结构")


@db.command()
def upgrade() -> None:
    """把数据库升级到最新结构；可重复运行，多台同时运行也只做一次。"""
    done = schema.upgrade()
    answer(f"已完成{len(done)}项升级：{'、'.join(done)}。" if done else "数据库已是最新。")


@db.command()
@click.option("--to", help="退回到这一项之前；缺省只退回最近一项")
@click.confirmation_option(prompt="退回会删除数据，确定吗？")
def downgrade(to: str | None) -> None:
    """退回最近的升级。"""
    undone = schema.downgrade(to)
    answer(f"已退回：{'、'.join(undone)}。" if undone else "没有可退回的升级。")
