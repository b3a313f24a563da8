import { useState } from "react";
import { Button, Check, Field, Icon, Input, Keys, Menu, Panel, Select, Tabs, TextArea, Tooltip } from "@/design";

const ICONS = ["plus", "edit", "copy", "trash", "undo", "redo", "download", "filter", "refresh", "shield"] as const;

export function Controls() {
  const [tab, setTab] = useState<"orders" | "fills">("orders");
  const [on, setOn] = useState(true);
  return (
    <div className="design-columns">
      <Panel title="Actions">
        <div className="design-row">
          <Button look="primary">Deploy on paper</Button>
          <Button>Pause</Button>
          <Button look="quiet">Cancel</Button>
          <Button look="danger">Flatten and stop</Button>
        </div>
        <div className="design-row">
          <Button busy>Saving</Button>
          <Button disabled>Not now</Button>
          <Button size="sm">Small</Button>
          <Menu label="More" icon={<Icon name="more" />} items={[{ key: "a", label: "Clone", run: () => undefined }]} />
          <Tooltip text="Words on hover and on focus.">
            <Button look="quiet" aria-label="Help" icon={<Icon name="info" />} />
          </Tooltip>
          <Keys keys="Ctrl K" />
        </div>
        <div className="design-row">
          {ICONS.map((name) => (
            <Icon key={name} name={name} />
          ))}
        </div>
        <Tabs
          label="Example"
          tabs={[
            { key: "orders", label: "Orders", count: 12 },
            { key: "fills", label: "Fills" },
          ]}
          picked={tab}
          onPick={setTab}
        >
          <p className="design-tab muted">Arrow keys move between tabs. Shown: {tab}.</p>
        </Tabs>
      </Panel>
      <Panel title="Fields">
        <div className="design-form">
          <Field label="Capital" aside="USD" hint="Of the account's free money.">
            {(wired) => <Input {...wired} defaultValue="1000" inputMode="decimal" />}
          </Field>
          <Field label="Period" aside="bars" error="must be at least 2">
            {(wired) => <Input {...wired} defaultValue="1" inputMode="numeric" />}
          </Field>
          <Field label="Interval">
            {(wired) => (
              <Select
                {...wired}
                defaultValue="1h"
                options={["5m", "1h", "1d"].map((value) => ({ value, label: value }))}
                onPick={() => undefined}
              />
            )}
          </Field>
          <Field label="Note">
            {(wired) => <TextArea {...wired} rows={2} placeholder="What you want to remember" />}
          </Field>
          <Check label="Costs are on" checked={on} onPick={setOn} />
        </div>
      </Panel>
    </div>
  );
}
