import { setText } from "@/builder/edit";
import { canRedo, canUndo } from "@/builder/history";
import { counted, errors } from "@/builder/problems";
import { unsaved } from "@/builder/state";
import { Badge, Button, Icon, Menu, type MenuItem } from "@/design";
import { useBuilder } from "./context";
import { useBacktest } from "./useBacktest";
import { useMedia } from "./useMedia";
import type { Saving } from "./useSave";
import "./Head.css";

/** The strategy's name and standing, and what may be done with it. */
export function Head({ saving }: { saving: Saving }) {
  const { state, doc, dispatch, ask } = useBuilder();
  const { save, busy } = saving;
  const backtest = useBacktest(saving);
  const wide = useMedia("(width >= 1280px)");
  const { history, saved } = state;
  const narrow = useMedia("(width < 900px)");
  const acts: MenuItem[] = [
    { key: "backtest", label: "Backtest", icon: <Icon name="lab" />, run: backtest.run },
    { key: "deploy", label: "Deploy on paper", icon: <Icon name="play" />, run: () => ask("deploy") },
  ];
  const more: MenuItem[] = [
    { key: "templates", label: "Templates", icon: <Icon name="builder" />, run: () => ask("templates") },
    { key: "code", label: "Show as JSON or Python", icon: <Icon name="docs" />, run: () => ask("code") },
    {
      key: "versions",
      label: "Versions",
      icon: <Icon name="clock" />,
      disabled: saved === null,
      note: saved === null ? "There are versions once it is saved." : undefined,
      run: () => ask("versions"),
    },
    { key: "keys", label: "Keys of the builder", icon: <Icon name="info" />, run: () => ask("keys") },
  ];
  return (
    <header className="builder-head">
      <h1 className="sr-only">Builder: {doc.name}</h1>
      <input
        className="builder-name"
        aria-label="Name of the strategy"
        value={doc.name}
        maxLength={100}
        size={Math.max(8, Math.min(40, doc.name.length + 1))}
        spellCheck={false}
        onChange={(event) => {
          const text = event.target.value;
          dispatch({ do: "edit", step: "name", change: (made) => setText(made, "name", text) });
        }}
        onBlur={() => dispatch({ do: "settle" })}
      />
      <Standing />
      <div className="builder-acts">
        <Button
          look="quiet"
          aria-label="Undo"
          title="Undo (Ctrl Z)"
          icon={<Icon name="undo" />}
          disabled={!canUndo(history)}
          onClick={() => dispatch({ do: "undo" })}
        />
        <Button
          look="quiet"
          aria-label="Redo"
          title="Redo (Ctrl Shift Z)"
          icon={<Icon name="redo" />}
          disabled={!canRedo(history)}
          onClick={() => dispatch({ do: "redo" })}
        />
        {wide && (
          <>
            {more.slice(0, 3).map((item) => (
              <Button key={item.key} look="quiet" disabled={item.disabled} title={item.note} onClick={item.run}>
                {item.key === "code" ? "Code" : item.label}
              </Button>
            ))}
          </>
        )}
        <Menu
          label="More"
          look="quiet"
          icon={<Icon name="more" />}
          items={wide ? more.slice(3) : narrow ? [...acts, ...more] : more}
        />
        <Button
          className="builder-wide"
          busy={backtest.busy}
          onClick={backtest.run}
          title="Saves it, and opens the lab"
        >
          Backtest
        </Button>
        <Button className="builder-wide" onClick={() => ask("deploy")}>
          Deploy on paper
        </Button>
        <Button look="primary" busy={busy} title="Save (Ctrl S)" onClick={() => void save()}>
          Save
        </Button>
      </div>
    </header>
  );
}

/** Saved or not, sound or not. */
function Standing() {
  const { state, checked, show, open, side } = useBuilder();
  const { saved } = state;
  const words =
    saved === null
      ? "Not saved"
      : unsaved(state)
        ? `Changed since version ${saved.version}`
        : `Version ${saved.version}`;
  const wrong = errors(checked.problems);
  const problems = counted(checked.problems);
  return (
    <div className="builder-standing">
      <span className="builder-saved">{words}</span>
      {checked.valid !== null && (
        <button
          type="button"
          className="builder-problems"
          aria-pressed={side === "problems"}
          onClick={() => {
            open("inspector");
            show("problems");
          }}
        >
          <Badge tone={wrong > 0 ? "bad" : problems ? "warn" : "good"}>{problems || "Sound"}</Badge>
        </button>
      )}
    </div>
  );
}
