import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useMemo, useState } from "react";
import { botsQuery, templatesQuery } from "@/api/queries";
import { Dialog, Icon, Input, Keys } from "@/design";
import { type Command, fitting } from "./commands";
import { PLACES } from "./places";
import { darkNow, setPreferences } from "./preferences";
import { signOut } from "./session";
import "./CommandPalette.css";

export default function CommandPalette({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const navigate = useNavigate();
  const { data: bots } = useQuery(botsQuery);
  const { data: templates } = useQuery(templatesQuery);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const commands = useMemo((): Command[] => {
    const places = PLACES.map((place): Command => ({
      key: place.to,
      label: place.label,
      group: "Page",
      icon: place.icon,
      keys: `g ${place.key}`,
      run: () => void navigate({ to: place.to }),
    }));
    const ofBots = (bots?.items ?? []).map((bot): Command => ({
      key: bot.bot_id,
      label: bot.name,
      group: "Bot",
      icon: "shield",
      run: () => void navigate({ to: "/bots/$botId", params: { botId: bot.bot_id } }),
    }));
    const ofTemplates = (templates?.items ?? []).map((template): Command => ({
      key: `t ${template.name}`,
      label: `New from ${template.name}`,
      group: "Template",
      icon: "plus",
      run: () => void navigate({ to: "/builder", search: { template: template.name } }),
    }));
    return [
      ...places,
      {
        key: "new",
        label: "New strategy",
        group: "Action",
        icon: "plus",
        run: () => void navigate({ to: "/builder" }),
      },
      {
        key: "theme",
        label: "Switch dark and light",
        group: "Action",
        icon: "moon",
        run: () => setPreferences({ theme: darkNow() ? "light" : "dark" }),
      },
      { key: "help", label: "Keyboard shortcuts", group: "Action", icon: "info", keys: "?", run: onHelp },
      {
        key: "design",
        label: "Design system",
        group: "Page",
        icon: "layout",
        run: () => void navigate({ to: "/design" }),
      },
      { key: "out", label: "Sign out", group: "Action", icon: "power", run: () => void signOut() },
      ...ofBots,
      ...ofTemplates,
    ];
  }, [bots, templates, navigate, onHelp]);
  const shown = fitting(commands, query);
  const picked = Math.min(at, shown.length - 1);
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setAt((picked + step + shown.length) % Math.max(shown.length, 1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(shown[picked]);
    }
  };
  return (
    <Dialog title="Search and commands" onClose={onClose}>
      <Input
        autoFocus
        role="combobox"
        aria-label="Search and commands"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={shown[picked] && `palette-${picked}`}
        placeholder="A page, a bot, an action…"
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKey}
      />
      <div className="palette" role="listbox" id="palette-list" aria-label="Found">
        {shown.map((command, row) => (
          <div
            key={command.key}
            id={`palette-${row}`}
            role="option"
            aria-selected={row === picked}
            className="palette-row"
            onPointerMove={() => setAt(row)}
            onClick={() => run(command)}
          >
            <Icon name={command.icon} />
            <span className="palette-label">{command.label}</span>
            <span className="palette-group">{command.group}</span>
            {command.keys && <Keys keys={command.keys} />}
          </div>
        ))}
        {shown.length === 0 && <p className="faint">Nothing is called that.</p>}
      </div>
    </Dialog>
  );
}
