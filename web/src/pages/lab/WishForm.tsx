import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "@/api/client";
import { versionsQuery } from "@/api/queries";
import type { Backtest, Bot } from "@/api/types";
import { Button, Check, ErrorBox, Field, Input, Panel, Select } from "@/design";
import { scopeOf, type Template } from "@/lab/begin";
import { intervalsOf, type Series, symbolsOf, venuesOf } from "@/lab/markets";
import { beginWith, moveTo, problemsOf, requestOf, type Wish } from "@/lab/wish";
import { CostFields } from "./CostFields";
import { RangePicker } from "./RangePicker";
import { SymbolPicker } from "./SymbolPicker";

interface Props {
  begin: Wish;
  bots: readonly Bot[];
  templates: readonly Template[];
  series: readonly Series[];
  /** Of which the form asks for the same again. */
  before?: Backtest;
  onQueued: (backtest: Backtest) => void;
}

/** Asks for a backtest: what, where, when, at which costs. */
export function WishForm({ begin, bots, templates, series, before, onQueued }: Props) {
  const [wish, setWish] = useState(begin);
  const [shown, setShown] = useState(false);
  const queries = useQueryClient();
  const problems = problemsOf(wish);
  const wrong = Object.keys(problems).length > 0;
  const told = shown ? problems : {};
  const botId = wish.strategy.startsWith("bot:") ? wish.strategy.slice(4) : "";
  const versions = useQuery({ ...versionsQuery(botId), enabled: botId !== "" });
  const change = (changed: Partial<Wish>) => setWish({ ...wish, ...changed });

  const document = () => {
    if (wish.strategy.startsWith("before:")) return before?.wanted.strategy as Record<string, unknown>;
    return templates.find((template) => `template:${template.name}` === wish.strategy)?.strategy;
  };
  const queue = useMutation({
    mutationFn: () => api.post("/api/v1/backtests", { body: requestOf(wish, document()) }),
    onSuccess: async (backtest) => {
      await queries.invalidateQueries({ queryKey: ["backtests"] });
      onQueued(backtest);
    },
  });
  const choose = (strategy: string) => {
    const template = templates.find((each) => `template:${each.name}` === strategy);
    const scope = template && scopeOf(template.strategy);
    setWish(
      scope
        ? { ...beginWith(strategy, scope, series), capital: wish.capital, costs: wish.costs }
        : { ...wish, strategy, version: "" },
    );
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setShown(true);
    if (!wrong) queue.mutate();
  };

  const strategies = [
    ...(before
      ? [{ value: `before:${before.backtest_id}`, label: `${before.strategy_name}, as it was backtested` }]
      : []),
    ...bots.map((bot) => ({ value: `bot:${bot.bot_id}`, label: `Bot: ${bot.name}` })),
    ...templates.map((template) => ({ value: `template:${template.name}`, label: `Template: ${template.title}` })),
  ];
  const newest = versions.data?.items[0]?.version;
  return (
    <Panel title="New backtest" aside="simulated, costs on by default">
      <form className="lab-form" onSubmit={submit} noValidate>
        <div className="lab-row">
          <div className="lab-strategy">
            <Field label="Strategy" error={told.strategy}>
              {(wired) => <Select {...wired} value={wish.strategy} options={strategies} onPick={choose} />}
            </Field>
          </div>
          {botId !== "" && (
            <Field label="Version">
              {(wired) => (
                <Select
                  {...wired}
                  value={wish.version}
                  onPick={(version) => change({ version })}
                  options={[
                    { value: "", label: newest === undefined ? "Newest" : `Newest (${newest})` },
                    ...(versions.data?.items ?? []).map((each) => ({
                      value: `${each.version}`,
                      label: `Version ${each.version}`,
                    })),
                  ]}
                />
              )}
            </Field>
          )}
          <Field label="Market data of">
            {(wired) => (
              <Select
                {...wired}
                value={wish.venue}
                options={venuesOf(series).map((venue) => ({ value: venue, label: venue }))}
                onPick={(venue) => setWish(moveTo(wish, venue, wish.interval, series))}
              />
            )}
          </Field>
          <Field label="Interval">
            {(wired) => (
              <Select
                {...wired}
                value={wish.interval}
                options={intervalsOf(series, wish.venue).map((interval) => ({ value: interval, label: interval }))}
                onPick={(interval) => setWish(moveTo(wish, wish.venue, interval, series))}
              />
            )}
          </Field>
          <Field label="Capital" aside="USD" error={told.capital}>
            {(wired) => (
              <Input
                {...wired}
                inputMode="decimal"
                value={wish.capital}
                onChange={(event) => change({ capital: event.target.value.trim() })}
              />
            )}
          </Field>
        </div>
        <SymbolPicker
          symbols={symbolsOf(series, wish.venue, wish.interval)}
          picked={wish.symbols}
          onPick={(symbols) => change({ symbols })}
          error={told.symbols}
        />
        <RangePicker wish={wish} series={series} problems={told} onChange={change} />
        <CostFields costs={wish.costs} problems={told} onChange={(costs) => change({ costs })} />
        <Check
          label="Run even where less than 90 % of a symbol's bars are there"
          checked={wish.allow_gaps}
          onPick={(allow_gaps) => change({ allow_gaps })}
        />
        {queue.isError && <ErrorBox title="It was not queued" error={queue.error} />}
        <div className="lab-submit">
          <Button look="primary" type="submit" busy={queue.isPending}>
            Run backtest
          </Button>
          {shown && wrong && <span className="field-error">{Object.values(problems)[0]}</span>}
        </div>
      </form>
    </Panel>
  );
}
