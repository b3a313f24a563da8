"""What the simulator answers has the shape of what was recorded: field for field, and kind for kind of value.

Fields that only one of the two has are listed here, with the reason.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.venues.hyperliquid.recorded import RECORDINGS, needs_recordings

from .lived import CLOID
from .recorded_replies import of_2026, recorded, unnamed
from .shapes import Shape, key_order, shape

USDC_TOKEN = "0x6d1e7cde53ba9467b783cb7c530ce054"

# Recorded, and not said here.
NOT_HERE = {
    "*.position.maxTradeSzs*": "was said until 2023",
    "*.liquidationMarkPx": "was said until 2024; the liquidation is an object now",
    "userVaultEquities[]*": "nobody keeps a vault here",
    "delegatorHistory[]*": "nobody stakes here",
    "userFees.stakingLink.*": "nobody stakes here",
    "referral.tokenToState[*": "nobody refers here",
    "referral.referrerState.data*": "nobody refers here",
    "perpsAtOpenInterestCap[]": "no market has such a cap here",
    "*.universe[].growthMode": "of builders' dexes, where nothing is listed here",
}
# Said here, and not in any recording: by the documents of the venue.
NOT_RECORDED = {
    "act:cancel.*.error": "the recorded ones succeeded",
    "*.marginMode": "of markets without cross margin",
    "allPerpMetas[].universe[].*": "left out of the recordings; those of meta have them",
    "*.marginTables[]*": "left out of some recordings",
    "*.deployerTradingFeeShare": "of spot tokens",
    "perpDexs[].*": "newer than the recordings",
    "predictedFundings[]*.fundingIntervalHours": "newer than the recordings",
    "openOrders[].cloid": "only of orders that have one",
    "*.reduceOnly": "only of orders that are",
    "*.children[]*": "only of entries with children",
    "*.builderFee": "only of fills that paid one",
    "*.cloid": "only of orders that have one",
    "*.liquidation*": "only of fills that took part in one",
    "ws:user.data.funding*": "the recorded event is of fills",
    "ws:user.data.nonUserCancel*": "the recorded event is of fills",
    "ws:user.data.twap*": "the recorded event is of fills",
    "historicalOrders[].order.*": "the recorded ones are shortened",
    "recentTrades[].users*": "newer than that recording; those of the socket have it",
    "ws:userFills.*.feeToken": "newer than that recording; those of the other channel have it",
    "ws:userFills.*.twapId": "newer than that recording; those of the other channel have it",
    "userNonFundingLedgerUpdates[]*": "the recorded one is empty",
    "ws:clearinghouseState.*.assetPositions[]*": "the recorded account is flat; that of the question is not",
    "ws:subscriptionResponse.*.user": "the recorded ones are of markets",
    "ws:subscriptionResponse.*.aggregateByTime": "the recorded ones are of markets",
    "ws:subscriptionResponse.*.dex": "the recorded ones are of markets",
}
# Other kinds of value than were recorded.
OTHER_KINDS = {
    ("act:order.*.statuses[]", "text"): "of children that wait",
    ("act:cancel.*.statuses[]", "object"): "of an error",
    ("*.twapId", "int"): "of fills of TWAPs",
    ("*.cloid", "text"): "of orders that have one",
    ("*.tif", "null"): "of triggers",
    ("*.bbo[]", "null"): "of an empty book",
    ("extraAgents[].address", "address"): "is emptied in the recording",
    ("*.user", "address"): "is shortened in the recording",
    ("predictedFundings[]*", "null"): "of venues that do not list the coin",
    ("userRole.data.master", "address"): "is shortened in the recording",
    ("orderStatus.*", "int"): "is quoted in the recording",
}


@pytest.fixture(scope="module")
def answers(day) -> dict[str, list[Any]]:
    """What the simulator says to each question that was recorded, about an account that did everything."""
    asks: dict[str, list[Any]] = {
        "candleSnapshot": [day.ask("candleSnapshot", req={"coin": "BTC", "interval": "1h", "startTime": 0})],
        "fundingHistory": [day.ask("fundingHistory", coin="BTC", startTime=0)],
        "tokenDetails": [day.ask("tokenDetails", tokenId=USDC_TOKEN)],
        "l2Book": [day.ask("l2Book", coin="BTC")],
        "recentTrades": [day.ask("recentTrades", coin="BTC")],
        "maxBuilderFee": [day.of_user("maxBuilderFee", builder=day.other.address)],
        "activeAssetData": [day.of_user("activeAssetData", coin="BTC")],
        "orderStatus": [day.of_user("orderStatus", oid=CLOID), day.of_user("orderStatus", oid=1)],
        "userRole": [day.of_user("userRole"), day.ask("userRole", user=day.sub)],
        "clearinghouseState": [day.of_user("clearinghouseState"), day.before],
    }
    for name in recorded():
        if name.startswith("act:"):
            asks[name] = day.replies[name.removeprefix("act:")]
        elif name.startswith("ws:"):
            asks[name] = day.frames[name.removeprefix("ws:")]
        elif name not in asks:
            asks[name] = [day.of_user(name)]
    return asks


def merged(name: str, values: list[Any]) -> Shape:
    found: Shape = {}
    for value in values:
        for path, kinds in shape(value).items():
            found.setdefault(f"{name}{path}", set()).update(kinds)
    return found


def stated(path: str, reasons: dict[str, str]) -> bool:
    return any(fnmatchcase(path.replace("[", "("), pattern.replace("[", "(")) for pattern in reasons)


@needs_recordings
def test_every_recorded_file_is_compared_or_said_to_be_something_else():
    assert unnamed() == []


def questions() -> list[Any]:
    if not RECORDINGS.is_dir():
        return [pytest.param(None, marks=needs_recordings)]
    return sorted(recorded())


@pytest.mark.parametrize("name", questions())
def test_what_is_answered_has_the_shape_of_what_was_recorded(name, answers):
    theirs, ours = merged(name, recorded()[name]), merged(name, answers[name])
    assert [path for path in theirs if path not in ours and not stated(path, NOT_HERE)] == []
    assert [path for path in ours if path not in theirs and not stated(path, NOT_RECORDED)] == []
    others = [(path, kind) for path in ours if path in theirs for kind in ours[path] - theirs[path]]
    assert [
        (path, kind)
        for path, kind in others
        if not any(stated(path, {pattern: ""}) and kind == said for pattern, said in OTHER_KINDS)
    ] == []


@needs_recordings
def test_fields_stand_in_the_order_in_which_the_venue_sends_them(answers):
    for name, theirs in of_2026():
        ours = {path: keys for answer in reversed(answers[name]) for path, keys in key_order(answer).items()}
        for path, keys in key_order(theirs).items():
            shared = [key for key in ours.get(path, []) if key in keys]
            assert shared == [key for key in keys if key in shared], (name, path)
