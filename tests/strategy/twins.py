"""Three templates written again in Python: the same actions in the same order, bar for bar."""

SOURCES = {
    "rsi-mean-reversion": """
from paddock.strategy.python import Strategy, close_position, equity_pct, open_long, open_short


class RsiMeanReversion(Strategy):
    def init(self, market):
        self.rsi = market.feature("rsi", 14)

    def next(self, view):
        longs, shorts = [], []
        for now in view:
            rsi, position = now.value(self.rsi), now.position
            if rsi is None:
                continue
            if (position.is_long and rsi > 55) or (position.is_short and rsi < 45):
                yield close_position(now.symbol)
            if position.is_flat and rsi < 30:
                longs.append(open_long(now.symbol, equity_pct(20), 2, stop_loss_pct=4, take_profit_pct=6))
            if position.is_flat and rsi > 70:
                shorts.append(open_short(now.symbol, equity_pct(20), 2, stop_loss_pct=4, take_profit_pct=6))
        yield from longs
        yield from shorts
""",
    "sma-crossover": """
from paddock.strategy.python import Strategy, close_position, equity_pct, open_long, open_short


class SmaCrossover(Strategy):
    def init(self, market):
        self.fast = market.feature("sma", 20)
        self.slow = market.feature("sma", 50)

    def next(self, view):
        longs, shorts = [], []
        for now in view:
            up, down = now.crosses_above(self.fast, self.slow), now.crosses_below(self.fast, self.slow)
            if (up and now.position.is_short) or (down and now.position.is_long):
                yield close_position(now.symbol)
            if up:
                longs.append(open_long(now.symbol, equity_pct(25), stop_loss_pct=5))
            if down:
                shorts.append(open_short(now.symbol, equity_pct(25), stop_loss_pct=5))
        yield from longs
        yield from shorts
""",
    "twap-trend": """
from paddock.strategy.python import Strategy, cancel_orders, close_position, equity_pct, place_twap_order


class TwapTrend(Strategy):
    def init(self, market):
        self.close = market.feature("close")
        self.sma = market.feature("sma", 50)
        self.adx = market.feature("adx")
        self.trend = market.feature("sma", 20, interval="4h")

    def next(self, view):
        for now in view:
            close, sma = now.value(self.close), now.value(self.sma)
            if close is None or sma is None:
                continue
            if close < sma:
                yield cancel_orders(now.symbol, "entries")
                if not now.position.is_flat:
                    yield close_position(now.symbol)
            adx, trend = now.value(self.adx), now.value(self.trend)
            if adx is None or trend is None:
                continue
            if adx > 25 and close > sma and close > trend and now.position.is_flat:
                yield place_twap_order(
                    now.symbol, "long", equity_pct(30), 2, duration_seconds=21_600, stop_loss_pct=4, trailing_stop_pct=5
                )
""",
}


def python_document(name, graph):
    """The Python twin of a graph document: the same name, scope and risk."""
    source = SOURCES[name]
    class_name = source.split("class ")[1].split("(")[0]
    kept = {key: graph[key] for key in ("schema", "name", "description", "scope", "risk")}
    return kept | {"kind": "python", "python": {"source": source, "class": class_name}}
