"""Signing in as people do: a wallet that an extension brought, an account of Privy; and that users do not meet."""

from __future__ import annotations

import re
import time

import jwt
import pytest

from .conftest import WAIT_MS
from .serving import PRIVY_APP
from .test_app import a_bot, ask
from .wallets import EthereumWallet, SolanaWallet

pytestmark = pytest.mark.timeout(900)  # with compiling the engine, on a busy machine
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect
expect.set_options(timeout=WAIT_MS)


def dashboard(page):
    return page.get_by_role("heading", level=1, name="Dashboard")


def enter(page, name: str) -> None:
    page.get_by_role("button", name=f"Continue with {name}").click()
    expect(dashboard(page)).to_be_visible()


def test_a_second_user_sees_nothing_of_the_first(opened):
    ann = opened(wallet=EthereumWallet(), signed_in=False)
    enter(ann, "Test wallet")
    expect(ann.get_by_text("No bots yet")).to_be_visible()  # nor those of the demo
    bot = a_bot(ann, "only for ann")
    account = ask(ann, "POST", "/accounts", {"name": "ann's money", "deposit_usd": "5000"})["account_id"]
    ann.goto("/")
    expect(ann.get_by_role("link", name="only for ann").first).to_be_visible()

    bob = opened(wallet=SolanaWallet(), signed_in=False, foreseen="status of 404")
    enter(bob, "Sun wallet")
    expect(bob.get_by_text("No bots yet")).to_be_visible()
    assert ask(bob, "GET", "/session")["user_id"] != ask(ann, "GET", "/session")["user_id"]
    for path in ("bots", "runs", "accounts", "backtests"):
        assert ask(bob, "GET", f"/{path}")["items"] == []
    bob.goto(f"/bots/{bot}")
    expect(bob.get_by_role("alert").first).to_contain_text("there is no bot")
    bob.goto(f"/accounts/{account}")
    expect(bob.get_by_role("alert").first).to_be_visible()
    bob.goto(f"/builder?bot={bot}")
    expect(bob.get_by_role("alert").first).to_contain_text("there is no bot")
    bob.goto("/")
    expect(bob.get_by_text("No bots yet")).to_be_visible()  # all that there is has come by then
    for name in ("only for ann", "ann's money"):
        expect(bob.get_by_text(name)).to_have_count(0)


def test_a_wallet_finds_what_it_left(opened):
    wallet = EthereumWallet()
    page = opened(wallet=wallet, signed_in=False)
    enter(page, "Test wallet")
    a_bot(page, "left behind")
    page.get_by_role("button", name=re.compile("^Account of")).click()
    page.get_by_role("menuitem", name=re.compile("^Sign out")).click()
    expect(page.get_by_role("button", name="Continue with Test wallet")).to_be_visible()
    enter(page, "Test wallet")
    expect(page.get_by_role("link", name="left behind").first).to_be_visible()


def test_who_is_not_let_in_is_told_what_to_do(opened):
    wallet = EthereumWallet(chain=137, refuses=True)
    page = opened(wallet=wallet, signed_in=False)
    told = page.get_by_role("alert")
    go_on = page.get_by_role("button", name="Continue with Test wallet")
    go_on.click()
    expect(told).to_contain_text("is on another chain")
    expect(told).to_contain_text("choose Ethereum (1) in the wallet")
    wallet.chain = 1
    go_on.click()
    expect(told).to_contain_text("You said no in Test wallet")
    wallet.refuses = False
    enter(page, "Test wallet")


def test_a_page_offers_what_there_is(opened, served):
    here = opened(signed_in=False)
    expect(here.get_by_text("but this browser has none")).to_be_visible()
    elsewhere = opened(served.url.replace("127.0.0.1", "localhost"), wallet=EthereumWallet(), signed_in=False)
    domain = served.url.removeprefix("http://")
    expect(elsewhere.get_by_role("link", name=domain)).to_have_attribute("href", f"http://{domain}/")
    expect(elsewhere.get_by_role("button", name=re.compile("^Continue"))).to_have_count(0)


def test_ways_that_could_not_be_read_are_asked_for_again(opened):
    page = opened(wallet=EthereumWallet(), signed_in=False)
    page.route("**/api/v1/signin", lambda route: route.fulfill(status=503))
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("The ways in could not be read")
    expect(page.get_by_label("Local token")).to_be_visible()
    page.unroute("**/api/v1/signin")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Continue with Test wallet")).to_be_visible()


def test_a_page_that_back_brings_is_loaded_anew(page):
    """As after somebody signed out: the browser that tests run in keeps no pages itself."""
    expect(dashboard(page)).to_be_visible()
    with page.expect_request(lambda asked: asked.is_navigation_request()):
        page.evaluate("setTimeout(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))")
    expect(dashboard(page)).to_be_visible()


def test_an_account_of_privy_is_handed_over_once(opened, served):
    now = int(time.time())
    claims = {"iss": "privy.io", "aud": PRIVY_APP, "sub": "did:privy:ann", "iat": now, "exp": now + 3_600}
    token = jwt.encode(claims, served.privy_key, algorithm="ES256")
    page = opened(f"/#privy={token}", signed_in=False, foreseen="status of 401")
    expect(page.get_by_text("did:privy:ann")).to_be_visible()
    assert token not in page.url
    enter(page, "Privy")
    page.context.clear_cookies()  # the dashboard asks again by itself, and finds its session ended
    expect(page.get_by_label("Local token")).to_be_visible()
    expect(page.get_by_text("did:privy:ann")).to_have_count(0)
    again = opened(f"/#privy={token}", signed_in=False, foreseen="status of 401")
    again.get_by_role("button", name="Continue with Privy").click()
    expect(again.get_by_role("alert")).to_contain_text("this does not sign you in")
    again.get_by_role("button", name="Take another way").click()
    expect(again.get_by_text("Go back to the application")).to_have_count(0)
