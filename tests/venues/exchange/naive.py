"""A slow book that is plainly right: one list of resting orders, searched from end to end for everything."""


class Naive:
    """Orders are dicts; `resting` is in the order of arrival. Positions are signed lots by account."""

    def __init__(self):
        self.resting, self.trades, self.positions, self.ended = [], [], {}, {}

    def submit(self, order_id, account, sign, lots, px, tif, reduce_only=False):
        order = {"id": order_id, "account": account, "sign": sign, "left": lots, "px": px, "reduce_only": reduce_only}
        held = self.positions.get(account, 0)
        if reduce_only:
            if held * sign >= 0:
                return self.end(order, "rejected")
            order["left"] = min(lots, abs(held))
        opposite = [it["px"] * sign for it in self.resting if it["sign"] == -sign]
        if tif == "alo" and opposite and min(opposite) <= px * sign:
            return self.end(order, "rejected")
        if tif == "tob" and opposite and min(opposite) <= px * sign:
            order["px"] = min(opposite) * sign - sign
        wanted = order["left"]
        while order["left"] and (maker := self.first(order)):
            if maker["account"] == account:
                self.drop(maker, "cancelled")
            else:
                self.trade(maker, order)
        if not order["left"]:
            return self.end(order, "filled")
        if tif in {"ioc", "market"}:
            return self.end(order, "cancelled")
        self.resting.append(order)
        self.shrink(account)
        assert wanted >= order["left"]
        return None

    def first(self, taker):
        reached = [
            it
            for it in self.resting
            if it["sign"] == -taker["sign"]
            and (not taker["px"] or it["px"] * taker["sign"] <= taker["px"] * taker["sign"])
        ]
        best = min((it["px"] * taker["sign"] for it in reached), default=None)
        return next((it for it in reached if it["px"] * taker["sign"] == best), None)

    def trade(self, maker, taker):
        lots = min(maker["left"], taker["left"])
        self.trades.append((maker["id"], taker["id"], maker["px"], lots))
        for order in (maker, taker):
            order["left"] -= lots
            self.positions[order["account"]] = self.positions.get(order["account"], 0) + order["sign"] * lots
        if not maker["left"]:
            self.drop(maker, "filled")
        self.shrink(maker["account"])
        self.shrink(taker["account"])

    def shrink(self, account):
        """Reduce-only orders give way, oldest first, until together they are no more than the position."""
        held = self.positions.get(account, 0)
        room = abs(held)
        for order in reversed([it for it in self.resting if it["reduce_only"] and it["account"] == account]):
            order["left"] = min(order["left"], room if held * order["sign"] < 0 else 0)
            room -= order["left"]
            if not order["left"]:
                self.drop(order, "cancelled")

    def cancel(self, order_id):
        for order in [it for it in self.resting if it["id"] == order_id]:
            self.drop(order, "cancelled")

    def drop(self, order, how):
        self.resting.remove(order)
        self.end(order, how)

    def end(self, order, how):
        self.ended[order["id"]] = how

    def levels(self, sign):
        """(price, lots, orders), best first."""
        sums = {}
        for order in self.resting:
            if order["sign"] == sign:
                lots, count = sums.get(order["px"], (0, 0))
                sums[order["px"]] = (lots + order["left"], count + 1)
        return [(px, *sums[px]) for px in sorted(sums, reverse=sign > 0)]
