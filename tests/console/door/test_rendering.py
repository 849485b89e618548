"""What every page and file carries: strict headers, no script in its text, a name for good."""

import hashlib
import re

import pytest

from console.door.rendering import STATIC
from tests.console.conftest import NO_WECHAT


def test_pages_carry_the_strict_headers(signed_in, stranger):
    for answer in (signed_in().get("me"), stranger.get("sign-in"), stranger.get("nowhere")):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert "camera=(self)" in answer.headers["Permissions-Policy"]


def test_no_page_has_script_or_style_in_its_text():
    for template in (STATIC.parent / "templates").rglob("*.html"):
        text = template.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", text), template


def test_the_cookie_of_a_session_is_kept_from_everybody_else(app, stranger, desk):
    answer = stranger.get("sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-huijian-form=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_files_are_kept_for_good_by_their_hash(stranger):
    page = stranger.get("sign-in").text
    for address in re.findall(r'(?:href|src)="(/console/static/[^"]+)"', page):
        answer = stranger.get(address)
        assert answer.status_code == 200 and "immutable" in answer.headers["Cache-Control"], address
        assert "immutable" not in stranger.get(address.partition("?")[0]).headers["Cache-Control"]
    for path in (
        "static/../door.py",
        "static/%2e%2e/door.py",
        "static/nothing.css",
        "static/",
        "static/vendor",
    ):
        assert stranger.get(path).status_code == 404, path


def test_vendored_files_are_the_published_ones():
    read_me = (STATIC / "vendor/README.md").read_text("utf-8")
    for name in ("htmx.min.js", "pico.min.css"):
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() in read_me


def test_over_plain_http_the_cookie_has_a_plain_name(desk, redis_client):
    from apiflask import APIFlask

    import console

    app = APIFlask("huijian", static_folder=None, spec_path=None, docs_path=None)
    console.register(
        app,
        desk=desk,
        redis=redis_client,
        asking=None,
        secret_keys=["passes"],
        public_url="http://127.0.0.1:8000",
        wechat=NO_WECHAT,
    )
    cookie = app.test_client().get("/console/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("huijian-form=") and "Secure" not in cookie


@pytest.mark.parametrize("name", ["%00", "a%00b", "a" * 300, "a/" * 3000, "%ff", "..%2fdoor.py", "vendor"])
def test_a_name_no_file_can_have_is_not_found(stranger, name):
    assert stranger.get(f"static/{name}").status_code == 404
