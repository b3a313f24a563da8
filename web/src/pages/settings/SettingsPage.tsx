import { setPreferences, type Theme, usePreferences } from "@/app/preferences";
import { Page } from "@/app/Page";
import { useSession } from "@/app/session";
import { Badge, Check, Field, Money, Panel, Select, Time } from "@/design";
import { Tokens } from "./Tokens";
import "./Settings.css";

const THEMES = [
  { value: "system", label: "As the system has it" },
  { value: "dark", label: "Dark" },
  { value: "light", label: "Light" },
];

const MAY: Record<string, string> = {
  read: "look, validate and backtest",
  paper: "change bots, accounts and runs of play money",
  live: "the same where real money is at stake",
  admin: "the platform's kill switch and metrics",
};

/** How it looks in this browser, who is signed in, and tokens for programs. */
export default function SettingsPage() {
  return (
    <Page title="Settings">
      <div className="settings-pair">
        <Look />
        <Who />
      </div>
      <Tokens />
    </Page>
  );
}

function Look() {
  const { theme, swappedHues } = usePreferences();
  return (
    <Panel title="Look" aside="kept in this browser">
      <div className="settings-stack">
        <Field label="Theme">
          {(wired) => (
            <Select
              {...wired}
              value={theme}
              options={THEMES}
              onPick={(next) => setPreferences({ theme: next as Theme })}
            />
          )}
        </Field>
        <Check
          label="Swap the colours of profit and loss"
          checked={swappedHues}
          onPick={(on) => setPreferences({ swappedHues: on })}
        />
        <p className="settings-example">
          <Money usd="128.40" change /> <Money usd="-64.20" change />
          <span className="faint">Signs and arrows stay as they are.</span>
        </p>
      </div>
    </Panel>
  );
}

function Who() {
  const session = useSession();
  return (
    <Panel title="Signed in">
      <dl className="settings-who">
        <div>
          <dt>User</dt>
          <dd>
            <code>{session.user_id}</code>
          </dd>
        </div>
        {session.expires_ts !== null && (
          <div>
            <dt>Until</dt>
            <dd>
              <Time ts={session.expires_ts} />
            </dd>
          </div>
        )}
        {Object.keys(MAY)
          .filter((scope) => (session.scopes as string[]).includes(scope))
          .map((scope) => (
            <div key={scope}>
              <dt>
                <Badge shape={false}>{scope}</Badge>
              </dt>
              <dd className="muted">{MAY[scope]}</dd>
            </div>
          ))}
      </dl>
    </Panel>
  );
}
