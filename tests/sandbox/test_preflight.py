"""What the demo needs before it starts, and the settings it leaves for later commands."""

import json
import socket
import stat

import pytest
from dotenv import dotenv_values

import config
from sandbox.runner import commands, demo_env, preflight
from sandbox.runner.preflight import NoGround

REDIS = "unix:///tmp/redis.sock?db=0"


@pytest.fixture
def demo_file(tmp_path):
    demo_env.write(tmp_path / "demo.env", 9000, REDIS)
    return tmp_path / "demo.env"


@pytest.fixture
def settings(demo_file, monkeypatch):
    monkeypatch.delenv("HUIJIAN_ENV", raising=False)
    return config.load(env_file=None, demo_env=demo_file)


@pytest.mark.parametrize("given", ["abc", "80", "65534", "-1", "８０００", "8000 "])
def test_a_port_that_cannot_be_is_refused_by_name(given):
    with pytest.raises(NoGround, match="PORT"):
        preflight.port_wanted({"PORT": given})


@pytest.mark.parametrize(("environment", "port"), [({}, 8000), ({"PORT": ""}, 8000), ({"PORT": "9000"}, 9000)])
def test_the_port_is_8000_unless_another_is_wanted(environment, port):
    assert preflight.port_wanted(environment) == port


def test_a_taken_port_is_named_with_a_way_out():
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(NoGround, match=rf"Port {taken} is taken(.|\n)*make run(.|\n)*端口 {taken} 已被"):
            preflight.check_free(taken)


def test_a_second_demo_in_the_same_folder_is_refused_while_the_first_runs(tmp_path):
    with (
        preflight.claimed(tmp_path),
        pytest.raises(NoGround, match="running already"),
        preflight.claimed(tmp_path),
    ):
        pass
    with preflight.claimed(tmp_path) as again:
        assert again == tmp_path
    assert (tmp_path / "sandbox.pid").read_text() == ""


def test_its_settings_are_complete_and_point_at_the_stand_ins(settings, demo_file):
    assert settings.is_demo
    assert settings.database_url == f"sqlite:///{demo_file.parent / 'huijian.db'}"
    assert settings.seats_url == settings.redis_url == REDIS
    assert settings.public_url == "http://127.0.0.1:9000"
    assert settings.wechat_api_url == "http://127.0.0.1:9001"
    assert settings.aliyun_sms_endpoint == "http://127.0.0.1:9002"


def test_its_settings_are_its_owner_s_alone(demo_file):
    assert stat.S_IMODE(demo_file.stat().st_mode) == 0o600


def test_a_later_start_keeps_the_keys_the_data_is_sealed_with(demo_file):
    before = dotenv_values(demo_file)
    after = demo_env.write(demo_file, 9500, REDIS)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"PUBLIC_URL", "WECHAT_API_URL", "WECHAT_OPEN_URL", "ALIYUN_SMS_ENDPOINT"}


def test_two_installations_share_no_key(tmp_path):
    one, two = (demo_env.write(tmp_path / name, 9000, REDIS) for name in ("one.env", "two.env"))
    keys = ("SECRET_KEYS", "FIELD_KEYS", "INDEX_KEY", "SMS_RECEIPT_SECRET", "WECHAT_ACCOUNT_AES_KEY")
    assert all(one[key] != two[key] for key in keys)


def test_production_refuses_the_demo_s_settings(demo_file, monkeypatch):
    monkeypatch.setenv("HUIJIAN_ENV", "production")
    with pytest.raises(config.BadSettings, match="is the demo's"):
        config.load(env_file=demo_file)


def test_every_kind_of_notice_is_filed_with_the_stand_in_of_aliyun(settings, tmp_path):
    commands.aliyun(9000, dotenv_values(tmp_path / "demo.env"), tmp_path)
    filed = json.loads((tmp_path / "sms-templates.json").read_text("utf-8"))
    assert set(settings.sms_templates.values()) == set(filed)
