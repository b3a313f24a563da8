"""Who hears what? The sockets that are open, what each subscribed to, and what was last sent of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from paddock.venues.faults import Faults, Line
from paddock.venues.pacifica.simulator import feeds
from paddock.venues.pacifica.simulator.answers import compact
from paddock.venues.pacifica.simulator.feeds import FEEDS, Frame, Topic
from paddock.venues.pacifica.simulator.records import News
from paddock.venues.pacifica.simulator.venue import Venue

_TIMELY: Final = frozenset({"t", "i", "li"})  # may change though nothing else does


@dataclass(eq=False, slots=True)
class Listener:
    """One socket: `send` takes a frame's text, from any thread. `topics` with the parameters as they were said."""

    send: Callable[[str], None]
    line: Line
    topics: dict[Topic, dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class _Sent:
    ts: int
    said: Any


class Hub:
    def __init__(self, venue: Venue, faults: Faults) -> None:
        self._venue, self._faults = venue, faults
        self._sent: dict[Topic, _Sent] = {}
        self.listeners: dict[Listener, None] = {}

    def join(self, send: Callable[[str], None]) -> Listener:
        listener = Listener(send, Line(self._faults))
        self.listeners[listener] = None
        return listener

    def leave(self, listener: Listener) -> None:
        self.listeners.pop(listener, None)

    def say(self, listener: Listener, frame: Frame) -> None:
        """One frame to one socket."""
        for text in listener.line.through(str(frame.get("channel", frame.get("type", ""))), compact(frame)):
            listener.send(text)

    def subscribe(self, listener: Listener, params: Any) -> str:
        """Acknowledge and send what is so now. Why not, or "" ."""
        topic = feeds.read(self._venue, params)
        if topic is None:
            return "Invalid subscription"
        most = self._venue.terms.allowed.subscriptions
        if most and sum(other.source == topic.source for other in listener.topics) >= most:
            return "Subscription limit reached"
        listener.topics[topic] = params
        self.say(listener, {"channel": "subscribe", "data": params})
        first = FEEDS[topic.source].first
        frames = first(self._venue, topic) if first is not None else []
        self._sent.setdefault(topic, _Sent(self._venue.wall.now_ts(), _timeless(frames)))
        for frame in frames:
            self.say(listener, frame)
        return ""

    def unsubscribe(self, listener: Listener, params: Any) -> str:
        """Why not, or ""."""
        topic = feeds.read(self._venue, params)
        if topic is None or listener.topics.pop(topic, None) is None:
            return "Not subscribed"
        self.say(listener, {"channel": "unsubscribe", "data": params})
        return ""

    def publish(self, news: News) -> None:
        """Send what a step brought to all who wait for it: sources in the order of their table."""
        heard: dict[Topic, list[Listener]] = {}
        for listener in self.listeners:
            for topic in listener.topics:
                heard.setdefault(topic, []).append(listener)
        order = list(FEEDS)
        for topic in sorted(heard, key=lambda topic: order.index(topic.source)):
            for frame in self._new(topic, news):
                for listener in heard[topic]:
                    self.say(listener, frame)

    def _new(self, topic: Topic, news: News) -> list[Frame]:
        feed = FEEDS[topic.source]
        if feed.then is not None:
            return feed.then(self._venue, topic, news)
        if feed.first is None:
            return []
        sent, now_ts = self._sent[topic], self._venue.wall.now_ts()
        if feed.periodic and now_ts - sent.ts < self._venue.terms.book_ms:
            return []
        frames = feed.first(self._venue, topic)
        said = _timeless(frames)
        if not feed.periodic and said == sent.said:
            return []
        sent.ts, sent.said = now_ts, said
        return frames


def _timeless(frames: list[Frame]) -> list[Any]:
    return [
        {name: value for name, value in frame["data"].items() if name not in _TIMELY}
        if isinstance(frame["data"], dict)
        else frame["data"]
        for frame in frames
    ]
