import type { Bot, Version } from "@/api/types";
import { Empty, Panel } from "@/design";
import { Versions } from "./Versions";

export function NotDeployed({ bot, versions }: { bot: Bot; versions: readonly Version[] }) {
  return (
    <>
      <Panel>
        <Empty title="It was never deployed">
          Deploy a version on a paper account, and it trades with play money from the next bar on. Backtest it first to
          see what to expect.
        </Empty>
      </Panel>
      <Panel title="Versions" flush>
        <Versions botId={bot.bot_id} versions={versions} running={null} />
      </Panel>
    </>
  );
}
