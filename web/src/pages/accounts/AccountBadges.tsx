import type { Account, Kill, Model } from "@/api/types";
import { Badge } from "@/design";

interface Props {
  account: Account;
  kills: readonly Kill[];
  connection?: Model<"ConnectionModel">;
}

/** What stands in the way of trading, the worst first; else that nothing does. */
export function AccountBadges({ account, kills, connection }: Props) {
  const engaged = kills.find((kill) => kill.scope === "platform" || kill.scope === `account:${account.account_id}`);
  if (engaged)
    return <Badge tone="bad">killed: {engaged.action === "stop" ? "everything stopped" : "no entries"}</Badge>;
  if (account.frozen !== "") return <Badge tone="warn">frozen</Badge>;
  if (connection) return <ConnectionBadge connection={connection} />;
  if (account.venue !== "paper") return <Badge>not connected</Badge>;
  return <Badge tone="good">ready</Badge>;
}

/** Where a connection stands, and whether money is at stake. */
function ConnectionBadge({ connection }: { connection: Model<"ConnectionModel"> }) {
  switch (connection.status) {
    case "active":
      return connection.live ? (
        <Badge tone="accent">live on {connection.network}</Badge>
      ) : (
        <Badge>connected, switched off</Badge>
      );
    case "draft":
      return <Badge tone="warn">waits for your signature</Badge>;
    default:
      return <Badge tone="bad">{connection.status}</Badge>;
  }
}
