import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/app/session";
import type { Bot, Run } from "@/api/types";
import { Button, Icon } from "@/design";
import { type Asking, RunDialogs } from "@/runs/RunDialogs";
import { askItems } from "@/runs/askItems";
import "./Bot.css";

/** What can be asked of it now; of a run that ended, a new one. */
export function BotActions({ bot, run, account }: { bot: Bot; run: Run | null; account: string }) {
  const navigate = useNavigate();
  const may = useMay("paper");
  const [asking, setAsking] = useState<Asking | null>(null);
  const items = askItems(run, (ask) => setAsking({ ask, botId: bot.bot_id, name: bot.name, run, account }));
  return (
    <>
      <Button
        icon={<Icon name="edit" />}
        onClick={() => void navigate({ to: "/builder", search: { bot: bot.bot_id } })}
      >
        Edit
      </Button>
      <Button icon={<Icon name="lab" />} onClick={() => void navigate({ to: "/lab", search: { bot: bot.bot_id } })}>
        Backtest
      </Button>
      {may &&
        items.map((item) => (
          <Button
            key={item.key}
            icon={item.icon}
            look={item.key === "deploy" ? "primary" : "plain"}
            className={item.danger ? "bot-kill" : ""}
            onClick={item.run}
          >
            {item.label}
          </Button>
        ))}
      <RunDialogs asking={asking} onClose={() => setAsking(null)} />
    </>
  );
}
