"""Who hears what? The connections that are open, what each subscribed to, and what was last sent of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from paddock.venues.faults import Faults, Line
from paddock.venues.hyperliquid.simulator import feeds, topics
from paddock.venues.hyperliquid.simulator.answers import compact
from paddock.venues.hyperliquid.simulator.feeds import FEEDS
from paddock.venues.hyperliquid.simulator.records import News
from paddock.venues.hyperliquid.simulator.topics import Topic
from paddock.venues.hyperliquid.simulator.venue import Venue

_TIMES: Final = frozenset({"time", "serverTime"})
TOO_MANY_USERS: Final = "Cannot track more than {most} total users."
TOO_MANY: Final = "Cannot subscribe to more than {most} channels."  # no source has the venue's words for it


@dataclass(eq=False)
class Listener:
    """One connection: `send` takes a frame's text, from any thread."""

    send: Callable[[str], None]
    ip: str
    line: Line
    topics: dict[Topic, None] = field(default_factory=dict)
    sent_ts: int = 0

    @property
    def users(self) -> set[str]:
        return {topic.user for topic in self.topics if topic.user}


@dataclass(slots=True)
class _Watch:
    """Of a topic: when it was last looked at, when sent, and what was sent (without times)."""

    looked_ts: int
    sent_ts: int
    said: Any


class Hub:
    def __init__(self, venue: Venue, faults: Faults) -> None:
        self._venue, self._faults = venue, faults
        self._heard: dict[Topic, dict[Listener, None]] = {}
        self._watches: dict[Topic, _Watch] = {}
        self.listeners: dict[Listener, None] = {}

    @property
    def topics(self) -> list[Topic]:
        """All that somebody hears."""
        return list(self._heard)

    def join(self, send: Callable[[str], None], ip: str) -> Listener:
        listener = Listener(send, ip, Line(self._faults), sent_ts=self._venue.wall.now_ts())
        self.listeners[listener] = None
        return listener

    def leave(self, listener: Listener) -> None:
        for topic in list(listener.topics):
            self._drop(listener, topic)
        self.listeners.pop(listener, None)

    def say(self, listener: Listener, channel: str, data: Any = None) -> None:
        """One frame to one connection."""
        self.send(listener, channel, _frame(channel, data))

    def subscribe(self, listener: Listener, subscription: Any, said: str) -> None:
        """Acknowledge and send what is so now, or say why not; `said` is the frame as it came."""
        topic = topics.read(subscription)
        if topic is None:
            self.say(listener, "error", f"Error parsing JSON into valid websocket request: {said}")
            return
        written = topics.written(topic)
        refused = self._refuse(listener, topic, written)
        if refused:
            self.say(listener, "error", refused)
            return
        listener.topics[topic] = None
        self._heard.setdefault(topic, {})[listener] = None
        self.say(listener, "subscriptionResponse", {"method": "subscribe", "subscription": written})
        frames = FEEDS[topic.kind].first(self._venue, topic)
        now_ts = self._venue.exchange.now_ts
        self._watches.setdefault(topic, _Watch(now_ts, now_ts, [_timeless(data) for data in frames]))
        for data in frames:
            self.say(listener, feeds.channel(topic), data)

    def unsubscribe(self, listener: Listener, subscription: Any, said: str) -> None:
        topic = topics.read(subscription)
        if topic is None:
            self.say(listener, "error", f"Error parsing JSON into valid websocket request: {said}")
            return
        written = topics.written(topic)
        if topic not in listener.topics:
            self.say(listener, "error", f"Already unsubscribed: {compact(written)}")
            return
        self._drop(listener, topic)
        self.say(listener, "subscriptionResponse", {"method": "unsubscribe", "subscription": written})

    def publish(self, news: News) -> None:
        """Send what a step brought to all who wait for it."""
        for topic in list(self._heard):
            feed = FEEDS[topic.kind]
            frames = self._looked(topic) if feed.then is None else feed.then(self._venue, topic, news)
            for data in frames:
                text = _frame(feeds.channel(topic), data)
                for listener in list(self._heard.get(topic, ())):
                    self.send(listener, feeds.channel(topic), text)

    def _looked(self, topic: Topic) -> list[Any]:
        """What a topic says now, if it is time to look and it says something else than before."""
        now_ts, feed, watch = self._venue.exchange.now_ts, FEEDS[topic.kind], self._watches[topic]
        if now_ts - watch.looked_ts < feeds.every_ms(topic, self._venue):
            return []
        watch.looked_ts = now_ts
        frames = feed.first(self._venue, topic)
        said = [_timeless(data) for data in frames]
        if said == watch.said and not (feed.idle_ms and now_ts - watch.sent_ts >= feed.idle_ms):
            return []
        watch.sent_ts, watch.said = now_ts, said
        return frames

    def _refuse(self, listener: Listener, topic: Topic, written: dict[str, Any]) -> str:
        allowed = self._venue.terms.allowed
        if topic in listener.topics:
            return f"Already subscribed: {compact(written)}"
        if not topics.exists(topic, self._venue.listing):
            return f"Invalid subscription {compact(written)}"
        near = [other for other in self.listeners if other.ip == listener.ip]
        if allowed.subscriptions and sum(len(other.topics) for other in near) >= allowed.subscriptions:
            return TOO_MANY.format(most=allowed.subscriptions)
        users = {user for other in near for user in other.users}
        if allowed.users and topic.user and len(users | {topic.user}) > allowed.users:
            return TOO_MANY_USERS.format(most=allowed.users)
        return ""

    def _drop(self, listener: Listener, topic: Topic) -> None:
        listener.topics.pop(topic, None)
        heard = self._heard.get(topic, {})
        heard.pop(listener, None)
        if not heard:
            self._heard.pop(topic, None)
            self._watches.pop(topic, None)

    def send(self, listener: Listener, channel: str, text: str) -> None:
        """A frame as it is written, through the faults of its connection."""
        for one in listener.line.through(channel, text):
            listener.sent_ts = self._venue.wall.now_ts()
            listener.send(one)


def _frame(channel: str, data: Any) -> str:
    return compact({"channel": channel} if data is None else {"channel": channel, "data": data})


def _timeless(data: Any) -> Any:
    """Without the times that change though nothing else does."""
    if isinstance(data, dict):
        return {name: _timeless(value) for name, value in data.items() if name not in _TIMES}
    return data
