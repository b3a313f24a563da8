import { ApiError } from "@/api/error";
import { Button, Empty, ErrorBox, Panel, SkeletonRows } from "@/design";

const ERROR = new ApiError(409, {
  kind: "refused",
  code: "account.free",
  message: "the account has not that much free",
  seen: "5000 USD",
  rule: "a run gets of its account what no other run has; free is 1,200.00 USD",
  suggestion: "ask for 1200 at most, or deposit more",
});

export function States() {
  return (
    <div className="design-columns">
      <Panel title="Loading" flush>
        <SkeletonRows rows={4} />
      </Panel>
      <Panel title="Empty" flush>
        <Empty title="No bots yet" action={<Button look="primary">Build a strategy</Button>}>
          A bot is a strategy with a name and versions. Build one, or begin with a template.
        </Empty>
      </Panel>
      <Panel title="Error">
        <ErrorBox error={ERROR} onRetry={() => undefined} />
      </Panel>
    </div>
  );
}
