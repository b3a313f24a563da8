import { useQuery } from "@tanstack/react-query";
import { Button, ErrorBox, Field, Input, Skeleton } from "@/design";
import { CoverageStrip } from "@/lab/CoverageStrip";
import { type Series, spanOf, wholeSpan } from "@/lab/markets";
import { coverageQuery } from "@/lab/queries";
import { dayText, lastDays, type Problems, type Wish, windowOf } from "@/lab/wish";

interface Props {
  wish: Wish;
  series: readonly Series[];
  problems: Problems;
  onChange: (changed: Partial<Wish>) => void;
}

const PRESETS = [30, 90, 365];
const DAY = 86_400_000;

/** Which days are run, over what history there is. */
export function RangePicker({ wish, series, problems, onChange }: Props) {
  const coverage = useQuery(coverageQuery(wish.venue, wish.interval));
  const rows = wish.symbols.map((symbol) => ({
    symbol,
    span: spanOf(series, wish.venue, wish.interval, symbol),
    coverage: coverage.data?.items.find((item) => item.symbol === symbol) ?? null,
  }));
  const whole = wholeSpan(rows.map((row) => row.span));
  const fitting = whole === null ? [] : PRESETS.filter((days) => days * DAY < whole.end_ts - whole.first_ts);
  const bounds = whole === null ? {} : { min: dayText(whole.first_ts), max: dayText(whole.end_ts - 1) };
  return (
    <div className="lab-range">
      <div className="lab-row">
        <Field label="From" aside="UTC" error={problems.from} hint={wish.from === "" ? "the first bar" : undefined}>
          {(wired) => (
            <Input
              {...wired}
              {...bounds}
              type="date"
              value={wish.from}
              onChange={(event) => onChange({ from: event.target.value })}
            />
          )}
        </Field>
        <Field label="Through" aside="UTC" error={problems.to} hint={wish.to === "" ? "the last bar" : undefined}>
          {(wired) => (
            <Input
              {...wired}
              {...bounds}
              type="date"
              value={wish.to}
              onChange={(event) => onChange({ to: event.target.value })}
            />
          )}
        </Field>
        <div className="lab-presets">
          <Button
            size="sm"
            look="quiet"
            disabled={wish.from === "" && wish.to === ""}
            onClick={() => onChange({ from: "", to: "" })}
          >
            All there is
          </Button>
          {whole !== null &&
            fitting.map((days) => (
              <Button key={days} size="sm" look="quiet" onClick={() => onChange(lastDays(whole.end_ts, days))}>
                Last {days} days
              </Button>
            ))}
        </div>
      </div>
      {whole !== null && <CoverageStrip rows={rows} whole={whole} chosen={windowOf(wish)} />}
      {coverage.isPending && whole !== null && (
        <p className="faint lab-note">
          Measuring how whole it is <Skeleton width={60} height={10} />
        </p>
      )}
      {coverage.isError && (
        <ErrorBox
          title="How whole the data are is not known"
          error={coverage.error}
          onRetry={() => void coverage.refetch()}
        />
      )}
    </div>
  );
}
