"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const canvas = byId("chart"), ctx = canvas.getContext("2d"), tip = byId("tip"), readout = byId("readout");
  const DAY = 864e5, GUTTER = 72, AXIS = 24, GAP = 14;

  // ---- words ----------------------------------------------------------------------------------------------------
  const MINUS = "\u2212";
  const fixed = (x, d) => Math.abs(x).toLocaleString("en-US", { minimumFractionDigits: d, maximumFractionDigits: d });
  const plain = (x, d) => (x < 0 && Number(Math.abs(x).toFixed(d)) ? MINUS : "") + fixed(x, d);
  const signed = (x, d) => (x > 0 && Number(x.toFixed(d)) ? "+" : "") + plain(x, d);
  const words = (label) => label.replaceAll("_", " ");
  const pad = (n) => String(n).padStart(2, "0");
  const local = (ts) => {
    const t = new Date(ts);
    return `${t.getFullYear()}-${pad(t.getMonth() + 1)}-${pad(t.getDate())} ${pad(t.getHours())}:${pad(t.getMinutes())}`;
  };
  const utc = (ts) => new Date(ts).toISOString().slice(0, 16).replace("T", " ") + " UTC";
  const held = (ms) => (ms < 36e5 ? `${Math.round(ms / 6e4)} min` : ms < 2 * DAY ? `${(ms / 36e5).toFixed(1)} h` : `${(ms / DAY).toFixed(1)} d`);
  const span = (ms) => (ms < 36e5 ? `${ms / 6e4}m` : ms < DAY ? `${ms / 36e5}h` : `${ms / DAY}d`);
  const decimals = (step) => Math.min(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)), 8);

  const trades = data.trades.map(([symbol, side, qty, entryTs, entryPx, exitTs, exitPx, fees, funding, pnl, reason], i) => ({
    i, symbol, side, qty, entryTs, entryPx: +entryPx, exitTs, exitPx: +exitPx, fees: +fees, funding: +funding,
    pnl: +pnl, reason, pct: (100 * pnl) / (qty * entryPx), entryText: entryPx, exitText: exitPx, held: exitTs - entryTs,
  }));

  // ---- what is seen ---------------------------------------------------------------------------------------------
  const [first, last] = data.range;
  let chart = data.charts[0], view = [first, last], hover = null, drag = null, picked = null, withHold = true, colours = {}, places = [];

  function readColours() {
    const style = getComputedStyle(document.documentElement);
    const role = (name) => style.getPropertyValue(`--${name}`).trim();
    colours = {
      surface: role("surface-1"), raised: role("surface-3"), line: role("line"), text1: role("text-1"), text2: role("text-2"),
      text3: role("text-3"), accent: role("accent"), profit: role("profit"), loss: role("loss"), sans: role("sans"),
      series: [1, 2, 3, 4].map((n) => role(`series-${n}`)), lossSoft: `rgba(${role("loss-soft")}, 0.16)`,
    };
  }

  /** First index whose time is at or after ts. */
  function seek(times, ts) {
    let low = 0, high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] < ts) low = middle + 1; else high = middle;
    }
    return low;
  }

  /** Candles in view, merged on calendar steps until each is wide enough to be seen: highs and lows survive. */
  function candlesInView(width) {
    const least = ((view[1] - view[0]) * 3) / width, steps = data.steps_ms.filter((s) => s >= chart.step_ms && s % chart.step_ms === 0);
    const step = steps.find((s) => s >= least) || Math.ceil(least / DAY) * DAY || chart.step_ms;
    const from = seek(chart.t, Math.floor(view[0] / step) * step), to = seek(chart.t, view[1]);
    const merged = [];
    for (let i = from; i < to; i++) {
      const t = step === chart.step_ms ? chart.t[i] : Math.floor(chart.t[i] / step) * step, k = merged[merged.length - 1];
      if (k && k.t === t) {
        k.h = Math.max(k.h, chart.h[i]);
        k.l = Math.min(k.l, chart.l[i]);
        k.c = chart.c[i];
        k.last = i;
      } else {
        merged.push({ t, o: chart.o[i], h: chart.h[i], l: chart.l[i], c: chart.c[i], last: i });
      }
    }
    return { candles: merged, step };
  }

  const niceStep = (range, count) => {
    const raw = range / count, unit = 10 ** Math.floor(Math.log10(raw));
    return [1, 2, 2.5, 5, 10].map((m) => m * unit).find((s) => s >= raw) || 10 * unit;
  };

  function scaleOf(low, high, top, height) {
    if (!(high > low)) { const by = Math.abs(high) * 0.01 || 1; low -= by; high += by; }
    low -= (high - low) * 0.06;
    high += (high - low) * (24 / height); // room for the title
    return { low, high, top, height, y: (v) => top + ((high - v) / (high - low)) * height };
  }

  // ---- drawing --------------------------------------------------------------------------------------------------
  function timeTicks(width) {
    const range = view[1] - view[0], target = Math.max(2, Math.floor(width / 110));
    const hours = [1, 2, 3, 6, 12].map((h) => h * 36e5), days = [1, 2, 7, 14].map((d) => d * DAY);
    const step = [6e4, 3e5, 9e5, 18e5, ...hours, ...days].find((s) => range / s <= target);
    const ticks = [];
    if (step) {
      const shift = new Date(view[0]).getTimezoneOffset() * 6e4;
      for (let t = Math.ceil((view[0] - shift) / step) * step + shift; t <= view[1]; t += step) ticks.push(t);
      return { ticks, label: step < DAY ? (t) => (local(t).endsWith("00:00") ? local(t).slice(5, 10) : local(t).slice(11)) : (t) => local(t).slice(5, 10) };
    }
    const months = [1, 2, 3, 6, 12, 24, 60].find((m) => range / (m * 30.4 * DAY) <= target) || 120;
    const start = new Date(view[0]);
    for (let y = start.getFullYear(), m = Math.floor(start.getMonth() / months) * months; ; m += months) {
      const t = new Date(y, m, 1).getTime();
      if (t > view[1]) break;
      if (t >= view[0]) ticks.push(t);
    }
    return { ticks, label: (t) => { const s = local(t); return s.slice(5, 7) === "01" ? s.slice(0, 4) : new Date(t).toLocaleString("en-US", { month: "short" }); } };
  }

  function frame(pane, title, unit, width, ticks, format, names = []) {
    const { top, height, low, high, y } = pane;
    const step = niceStep(high - low, Math.max(3, Math.floor(height / 40)));
    ctx.font = `12px ${colours.sans}`;
    ctx.textBaseline = "middle";
    ctx.lineWidth = 1;
    ctx.strokeStyle = colours.line;
    ctx.fillStyle = colours.text3;
    ctx.textAlign = "left";
    ctx.beginPath();
    for (let v = Math.ceil(low / step) * step; v <= high; v += step) {
      const at = Math.round(y(v)) + 0.5;
      if (at < top + 4 || at > top + height - 2) continue;
      ctx.moveTo(0, at);
      ctx.lineTo(width, at);
      ctx.fillText(format(v, decimals(step)), width + 8, at);
    }
    for (const t of ticks) { const at = Math.round(x(t)) + 0.5; ctx.moveTo(at, top); ctx.lineTo(at, top + height); }
    ctx.stroke();
    ctx.textBaseline = "top";
    ctx.fillStyle = colours.text2;
    ctx.font = `600 12px ${colours.sans}`;
    ctx.fillText(title, 12, top + 4);
    let next = title ? 20 + ctx.measureText(title).width : 12;
    ctx.font = `12px ${colours.sans}`;
    const words = names.map((name, i) => [name, colours.series[i]]);
    words.splice(title ? 0 : words.length, 0, [unit, colours.text3]);
    for (const [word, colour] of words) {
      ctx.fillStyle = colour;
      ctx.fillText(word, next, top + 4);
      next += ctx.measureText(word).width + 14;
    }
  }

  /** Indicators as lines, broken where they are not known. */
  function drawLines(pane, lines, candles, step) {
    lines.forEach(({ v }, n) => {
      ctx.strokeStyle = colours.series[n];
      ctx.lineWidth = 1.25;
      ctx.beginPath();
      let broken = true;
      for (const k of candles) {
        const value = v[k.last];
        if (value === null) { broken = true; continue; }
        const px = x(k.t + step / 2), py = pane.y(value);
        if (broken) ctx.moveTo(px, py); else ctx.lineTo(px, py);
        broken = false;
      }
      ctx.stroke();
    });
  }

  function drawOscillators(pane, candles, step) {
    ctx.strokeStyle = colours.text3;
    ctx.lineWidth = 1;
    ctx.setLineDash([4, 4]);
    ctx.beginPath();
    for (const level of chart.levels) { const at = Math.round(pane.y(level)) + 0.5; ctx.moveTo(0, at); ctx.lineTo(plotWidth, at); }
    ctx.stroke();
    ctx.setLineDash([]);
    drawLines(pane, chart.oscillators, candles, step);
  }

  /** Labels of lines, with their values under the pointer. */
  function named(lines, candles, step) {
    const k = hover && candles.find((c) => timeAt(hover.x) >= c.t && timeAt(hover.x) < c.t + step);
    return lines.map(({ label, v }) => {
      const value = k ? v[k.last] : undefined;
      return value === undefined ? label : `${label} ${value === null ? "\u2013" : plain(value, Math.abs(value) >= 1000 ? 0 : 2)}`;
    });
  }

  let plotWidth = 0;
  const x = (t) => ((t - view[0]) / (view[1] - view[0])) * plotWidth;
  const timeAt = (px) => view[0] + (px / plotWidth) * (view[1] - view[0]);

  function triangle(px, py, size, up, colour, filled) {
    const d = up ? size : -size;
    ctx.beginPath();
    ctx.moveTo(px, py);
    ctx.lineTo(px - size * 0.8, py + d * 1.5);
    ctx.lineTo(px + size * 0.8, py + d * 1.5);
    ctx.closePath();
    ctx.fillStyle = filled ? colour : colours.surface;
    ctx.strokeStyle = filled ? colours.surface : colour;
    ctx.lineWidth = filled ? 1 : 1.5;
    ctx.fill();
    ctx.stroke();
  }

  function drawPrice(pane, candles, step) {
    const body = Math.max(1, Math.min(13, x(view[0] + step) - x(view[0]) - 1.5));
    for (const k of candles) {
      const at = x(k.t + step / 2), rise = k.c >= k.o, colour = rise ? colours.profit : colours.loss;
      const a = pane.y(Math.max(k.o, k.c)), b = pane.y(Math.min(k.o, k.c));
      ctx.fillStyle = ctx.strokeStyle = colour;
      ctx.globalAlpha = 0.75;
      ctx.fillRect(Math.round(at - 0.5), pane.y(k.h), 1, Math.max(1, pane.y(k.l) - pane.y(k.h)));
      ctx.fillRect(Math.round(at - body / 2), a, Math.round(body), Math.max(1, b - a));
      ctx.globalAlpha = 1;
    }
  }

  /** Entries are full triangles in the direction of the trade, exits hollow ones coloured by the outcome. */
  function drawTrades(pane) {
    const seen = trades.filter((t) => t.symbol === chart.symbol && t.exitTs >= view[0] && t.entryTs <= view[1]);
    const half = data.interval_ms / 2, size = seen.length > 400 ? 3.5 : seen.length > 120 ? 4.5 : 6;
    if (seen.length <= 400) {
      ctx.setLineDash([3, 3]);
      for (const t of seen) {
        ctx.strokeStyle = t.pnl >= 0 ? colours.profit : colours.loss;
        ctx.lineWidth = t === picked ? 2 : 1;
        ctx.beginPath();
        ctx.moveTo(x(t.entryTs + half), pane.y(t.entryPx));
        ctx.lineTo(x(t.exitTs + half), pane.y(t.exitPx));
        ctx.stroke();
      }
      ctx.setLineDash([]);
    }
    for (const t of seen) {
      const grown = t === picked ? size + 2.5 : size, long = t.side > 0;
      const out = [x(t.exitTs + half), pane.y(t.exitPx) + (long ? -2 : 2)], into = [x(t.entryTs + half), pane.y(t.entryPx) + (long ? 2 : -2)];
      triangle(...out, grown, !long, t.pnl >= 0 ? colours.profit : colours.loss, false);
      triangle(...into, grown, long, colours.accent, true);
      places.push({ px: into[0], py: into[1], t, entry: true }, { px: out[0], py: out[1], t, entry: false });
    }
  }

  function line(times, values, pane, from, to) {
    ctx.beginPath();
    for (let i = from; i < to; i++) ctx.lineTo(x(times[i]), pane.y(values[i]));
    ctx.stroke();
  }

  function drawEquity(pane, from, to) {
    const e = data.equity;
    if (withHold) {
      ctx.lineWidth = 1;
      ctx.setLineDash([4, 3]);
      ctx.strokeStyle = colours.text3;
      line(e.t, e.hold, pane, from, to);
      ctx.setLineDash([]);
    }
    ctx.strokeStyle = ctx.fillStyle = colours.accent;
    ctx.globalAlpha = 0.35; // the least and the greatest value of each merged stretch
    for (let i = from; i < to; i++) ctx.fillRect(x(e.t[i]) - 0.5, pane.y(e.high[i]), 1, Math.max(1, pane.y(e.low[i]) - pane.y(e.high[i])));
    ctx.globalAlpha = 1;
    ctx.lineWidth = 1.5;
    line(e.t, e.last, pane, from, to);
  }

  function drawDrawdown(pane, from, to) {
    const e = data.equity;
    ctx.fillStyle = colours.lossSoft;
    ctx.strokeStyle = colours.loss;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(x(e.t[from]), pane.y(0));
    for (let i = from; i < to; i++) ctx.lineTo(x(e.t[i]), pane.y(e.drawdown[i]));
    ctx.lineTo(x(e.t[to - 1]), pane.y(0));
    ctx.fill();
    line(e.t, e.drawdown, pane, from, to);
  }

  const least = (values) => values.reduce((m, v) => Math.min(m, v), Infinity);
  const most = (values) => values.reduce((m, v) => Math.max(m, v), -Infinity);

  function within(pane, width, draw) {
    ctx.save();
    ctx.beginPath();
    ctx.rect(0, pane.top, width, pane.height);
    ctx.clip();
    draw();
    ctx.restore();
  }

  function draw() {
    const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    plotWidth = width - GUTTER;
    places = [];
    const parts = chart.oscillators.length ? [0.48, 0.15, 0.22, 0.15] : [0.56, 0, 0.26, 0.18];
    const room = height - AXIS - 3 * GAP - 8, heights = parts.map((part) => Math.floor(part * room));
    const tops = heights.map((_, i) => 8 + heights.slice(0, i).reduce((sum, h) => sum + h + (h ? GAP : 0), 0));
    const { candles, step } = candlesInView(plotWidth), e = data.equity;
    const from = Math.max(0, seek(e.t, view[0]) - 1), to = Math.min(e.t.length, seek(e.t, view[1]) + 1);
    const high = candles.reduce((m, k) => Math.max(m, k.h), -Infinity), low = candles.reduce((m, k) => Math.min(m, k.l), Infinity);
    const price = scaleOf(low, high, tops[0], heights[0]);
    const [lowest, highest] = [e.low, e.high].map((own, i) => (i ? most : least)(withHold ? [...own.slice(from, to), ...e.hold.slice(from, to)] : own.slice(from, to)));
    const equity = scaleOf(lowest, highest, tops[2], heights[2]);
    const deepest = Math.min(least(e.drawdown.slice(from, to)), -0.1);
    const drawdown = scaleOf(deepest, 0, tops[3], heights[3]);
    const { ticks, label } = timeTicks(plotWidth);

    frame(price, chart.symbol, `USD, ${span(step)} candles`, plotWidth, ticks, plain, named(chart.lines, candles, step));
    if (candles.length) {
      within(price, plotWidth, () => { drawPrice(price, candles, step); drawLines(price, chart.lines, candles, step); drawTrades(price); });
    } else {
      ctx.fillText("No bar of this symbol in view", 12, 40);
    }
    const panes = [price, equity, drawdown];
    if (heights[1]) {
      const seen = chart.oscillators.flatMap(({ v }) => candles.map((k) => v[k.last])).filter((v) => v !== null);
      const [bottom, top] = chart.unit === "0 to 100" ? [0, 100] : [least([...seen, ...chart.levels]), most([...seen, ...chart.levels])];
      const oscillators = scaleOf(bottom, top, tops[1], heights[1]);
      frame(oscillators, "", chart.unit, plotWidth, ticks, plain, named(chart.oscillators, candles, step));
      within(oscillators, plotWidth, () => drawOscillators(oscillators, candles, step));
      panes.push(oscillators);
    }
    frame(equity, "Equity", "USD", plotWidth, ticks, plain);
    within(equity, plotWidth, () => drawEquity(equity, from, to));
    frame(drawdown, "Drawdown", "% of peak", plotWidth, ticks, plain);
    within(drawdown, plotWidth, () => drawDrawdown(drawdown, from, to));

    ctx.fillStyle = colours.text3;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (const t of ticks) if (x(t) > 24 && x(t) < plotWidth - 24) ctx.fillText(label(t), x(t), height - AXIS / 2);
    if (drag && Math.abs(drag.to - drag.from) > 3) {
      ctx.fillStyle = colours.accent;
      ctx.globalAlpha = 0.14;
      ctx.fillRect(Math.min(drag.from, drag.to), 8, Math.abs(drag.to - drag.from), height - AXIS - 8);
      ctx.globalAlpha = 1;
    }
    crosshair(panes, height, candles, step);
  }

  function crosshair(panes, height, candles, step) {
    if (!hover) { readout.textContent = ""; readout.title = ""; return; }
    const t = timeAt(hover.x), at = Math.round(hover.x) + 0.5, pane = panes.find((p) => hover.y >= p.top && hover.y <= p.top + p.height);
    ctx.strokeStyle = colours.text3;
    ctx.setLineDash([2, 3]);
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(at, 8);
    ctx.lineTo(at, height - AXIS);
    if (pane) { ctx.moveTo(0, Math.round(hover.y) + 0.5); ctx.lineTo(plotWidth, Math.round(hover.y) + 0.5); }
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.font = `12px ${colours.sans}`;
    tag(local(t), at, height - AXIS / 2, "center");
    if (pane) {
      const value = pane.high - ((hover.y - pane.top) / pane.height) * (pane.high - pane.low);
      tag(plain(value, decimals((pane.high - pane.low) / 200)), plotWidth + 4, hover.y, "left");
    }
    const e = data.equity, i = Math.min(e.t.length - 1, seek(e.t, t));
    const k = candles.find((c) => t >= c.t && t < c.t + step), d = Math.min(chart.decimals, 6);
    const bar = k ? `${local(k.t)}   O ${plain(k.o, d)}  H ${plain(k.h, d)}  L ${plain(k.l, d)}  C ${plain(k.c, d)}` : `${local(t)}   no bar`;
    readout.textContent = `${bar}   ·   equity ${plain(e.last[i], 2)}   drawdown ${plain(e.drawdown[i], 2)} %`;
    readout.title = utc(k ? k.t : t);
  }

  function tag(text, px, py, align) {
    const wide = ctx.measureText(text).width + 10;
    const left = align === "center" ? Math.min(Math.max(px - wide / 2, 0), plotWidth - wide) : px;
    ctx.fillStyle = colours.raised;
    ctx.fillRect(left, py - 9, wide, 18);
    ctx.fillStyle = colours.text1;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.fillText(text, left + 5, py);
  }

  let queued = false;
  const redraw = () => { if (!queued) { queued = true; requestAnimationFrame(() => { queued = false; draw(); }); } };

  // ---- moving about ---------------------------------------------------------------------------------------------
  function look(from, to) {
    const narrowest = Math.min(20 * data.interval_ms, last - first), wide = Math.min(Math.max(to - from, narrowest), last - first);
    const start = Math.min(Math.max((from + to - wide) / 2, first), last - wide);
    view = [start, start + wide];
    tip.hidden = true;
    redraw();
  }
  const zoom = (factor, around = (view[0] + view[1]) / 2) => look(around - (around - view[0]) * factor, around + (view[1] - around) * factor);
  const pan = (part) => { const by = part * (view[1] - view[0]); look(view[0] + by, view[1] + by); };
  const moves = { back: () => pan(-0.4), on: () => pan(0.4), in: () => zoom(0.5), out: () => zoom(2), all: () => look(first, last) };
  const keys = { ArrowLeft: moves.back, ArrowRight: moves.on, "+": moves.in, "=": moves.in, "-": moves.out, 0: moves.all };

  document.querySelectorAll("[data-do]").forEach((b) => b.addEventListener("click", moves[b.dataset.do]));
  canvas.addEventListener("keydown", (event) => { if (keys[event.key]) { event.preventDefault(); keys[event.key](); } });
  canvas.addEventListener("dblclick", moves.all);
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // the page scrolls; pinch and Ctrl zoom
    event.preventDefault();
    zoom(Math.exp(event.deltaY / 200), timeAt(event.offsetX));
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || event.offsetX > plotWidth) return;
    drag = { from: event.offsetX, to: event.offsetX };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    hover = event.offsetX <= plotWidth ? { x: event.offsetX, y: event.offsetY } : null;
    if (drag) drag.to = Math.min(Math.max(event.offsetX, 0), plotWidth);
    pointAt(event.offsetX, event.offsetY);
    redraw();
  });
  canvas.addEventListener("pointerup", (event) => {
    const done = drag;
    drag = null;
    if (done && Math.abs(done.to - done.from) > 8) look(timeAt(Math.min(done.from, done.to)), timeAt(Math.max(done.from, done.to)));
    else { const near = nearest(event.offsetX, event.offsetY); if (near) pick(near.t); }
    redraw();
  });
  canvas.addEventListener("pointercancel", () => { drag = null; redraw(); });
  canvas.addEventListener("pointerleave", () => { hover = null; tip.hidden = true; redraw(); });

  function nearest(px, py) {
    let best = null, distance = 14;
    for (const place of places) {
      const d = Math.hypot(place.px - px, place.py - py);
      if (d < distance) { best = place; distance = d; }
    }
    return best;
  }

  function pointAt(px, py) {
    const near = drag ? null : nearest(px, py);
    tip.hidden = !near;
    if (!near) return;
    const { t, entry } = near, head = document.createElement("strong");
    head.textContent = `${t.side > 0 ? "Long" : "Short"} ${t.qty} ${t.symbol}: ${entry ? "entry" : words(t.reason)}`;
    const rest = [
      `Entry ${t.entryText} at ${local(t.entryTs)}`,
      `Exit ${t.exitText} at ${local(t.exitTs)}, ${words(t.reason)}`,
      `PnL ${signed(t.pnl, 2)} USD (${signed(t.pct, 2)} %) after fees ${plain(t.fees, 2)}, funding ${signed(t.funding, 2)}`,
    ].join("\n");
    tip.replaceChildren(head, document.createTextNode("\n" + rest));
    tip.style.left = `${Math.min(near.px + 14, canvas.clientWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.min(near.py + 14, canvas.clientHeight - tip.offsetHeight - 8)}px`;
  }

  function pick(trade) {
    picked = trade;
    document.querySelectorAll("#trades tr.picked").forEach((row) => row.classList.remove("picked"));
    const row = document.querySelector(`#trades tr[data-i="${trade.i}"]`);
    if (row) row.classList.add("picked");
    redraw();
  }

  function show(trade) {
    const charted = data.charts.find((c) => c.symbol === trade.symbol);
    if (!charted) return;
    chart = charted;
    byId("symbol").value = trade.symbol;
    const around = Math.max(40 * data.interval_ms, 1.5 * trade.held);
    pick(trade);
    look(trade.entryTs - around, trade.exitTs + around);
    canvas.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  // ---- the list of trades ---------------------------------------------------------------------------------------
  const money = (v) => ({ text: signed(v, 2), tone: v > 0 ? "profit" : v < 0 ? "loss" : "" });
  const time = (ts) => ({ text: local(ts), title: utc(ts) });
  const columns = [
    ["Symbol", (t) => t.symbol, (t) => ({ text: t.symbol, left: true })],
    ["Side", (t) => t.side, (t) => ({ text: t.side > 0 ? "long" : "short", left: true })],
    ["Quantity", (t) => +t.qty, (t) => ({ text: t.qty })],
    ["Entry", (t) => t.entryTs, (t) => time(t.entryTs)],
    ["Entry price", (t) => t.entryPx, (t) => ({ text: t.entryText })],
    ["Exit", (t) => t.exitTs, (t) => time(t.exitTs)],
    ["Exit price", (t) => t.exitPx, (t) => ({ text: t.exitText })],
    ["Held", (t) => t.held, (t) => ({ text: held(t.held) })],
    ["Reason", (t) => t.reason, (t) => ({ text: words(t.reason), left: true })],
    ["Fees", (t) => t.fees, (t) => ({ text: plain(t.fees, 2) })],
    ["Funding", (t) => t.funding, (t) => ({ text: signed(t.funding, 2) })],
    ["PnL, USD", (t) => t.pnl, (t) => money(t.pnl)],
    ["PnL, %", (t) => t.pct, (t) => money(t.pct)],
  ];
  const table = byId("trades"), more = byId("more");
  let sorted = trades.slice(), order = { column: 5, down: false }, shown = 0;

  function cell({ text, title, tone, left }) {
    const td = document.createElement("td");
    td.textContent = text;
    if (title) td.title = title;
    if (tone) td.className = tone;
    if (left) td.classList.add("left");
    return td;
  }

  function fill(upTo) {
    const rows = document.createDocumentFragment();
    for (; shown < Math.min(upTo, sorted.length); shown++) {
      const trade = sorted[shown], row = document.createElement("tr");
      row.dataset.i = trade.i;
      if (trade === picked) row.className = "picked";
      row.append(...columns.map(([, , render]) => cell(render(trade))));
      row.addEventListener("click", () => show(trade));
      rows.append(row);
    }
    table.tBodies[0].append(rows);
    more.hidden = shown >= sorted.length;
    more.textContent = `Show ${Math.min(200, sorted.length - shown)} more`;
  }

  function sortBy(column) {
    order = { column, down: order.column === column ? !order.down : columns[column][0].startsWith("PnL") };
    const key = columns[column][1], sign = order.down ? -1 : 1;
    sorted = trades.slice().sort((a, b) => sign * (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0) || a.i - b.i);
    listTrades();
  }

  function listTrades() {
    const head = document.createElement("tr");
    columns.forEach(([label], i) => {
      const th = document.createElement("th"), button = document.createElement("button");
      button.type = "button";
      button.textContent = label + (order.column === i ? (order.down ? " ↓" : " ↑") : "");
      button.addEventListener("click", () => sortBy(i));
      if (order.column === i) th.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      if ([0, 1, 8].includes(i)) th.className = "left";
      th.append(button);
      head.append(th);
    });
    table.tHead.replaceChildren(head);
    table.tBodies[0].replaceChildren();
    shown = 0;
    fill(25);
  }

  // ---- begin ----------------------------------------------------------------------------------------------------
  readColours();
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => { readColours(); redraw(); });
  new ResizeObserver(redraw).observe(canvas);
  const select = byId("symbol");
  data.charts.forEach((c) => select.add(new Option(c.symbol, c.symbol)));
  select.disabled = data.charts.length < 2;
  select.addEventListener("change", () => { chart = data.charts.find((c) => c.symbol === select.value); redraw(); });
  byId("hold").addEventListener("change", (event) => { withHold = event.target.checked; redraw(); });
  const notes = [];
  if (data.equity.step_ms > data.interval_ms) notes.push(`equity by ${span(data.equity.step_ms)}, least and greatest kept`);
  if (data.left_out) notes.push(`${data.left_out} less traded symbols without a chart`);
  byId("merged").textContent = notes.join("; ");
  byId("zone").textContent = `times in ${Intl.DateTimeFormat().resolvedOptions().timeZone}, UTC on hover`;
  if (table) {
    byId("count").textContent = data.all_trades.toLocaleString("en-US");
    if (data.all_trades > trades.length) {
      byId("limit").textContent = `The ${trades.length.toLocaleString("en-US")} latest; --trades writes all of them to a file.`;
    }
    more.addEventListener("click", () => fill(shown + 200));
    listTrades();
  }
  draw();
})();
