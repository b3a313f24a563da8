import { Page } from "@/app/Page";
import { usePreferences, setPreferences } from "@/app/preferences";
import { Check, Select } from "@/design";
import { Colours } from "./Colours";
import { Controls } from "./Controls";
import { Numbers } from "./Numbers";
import { States } from "./States";
import { Surfaces } from "./Surfaces";
import { Tables } from "./Tables";
import "./Design.css";

const THEMES = [
  { value: "system", label: "As the system" },
  { value: "dark", label: "Dark" },
  { value: "light", label: "Light" },
];

/** Every part of the design with its states, for who builds a page or changes a token. */
export default function DesignPage() {
  const { theme, swappedHues } = usePreferences();
  return (
    <Page
      title="Design system"
      facts="Every part with its states. Roles, not hues; what carries a meaning carries it twice."
      actions={
        <>
          <Select
            aria-label="Theme"
            value={theme}
            options={THEMES}
            onPick={(picked) => setPreferences({ theme: picked === "dark" || picked === "light" ? picked : "system" })}
          />
          <Check label="Swap hues" checked={swappedHues} onPick={(on) => setPreferences({ swappedHues: on })} />
        </>
      }
    >
      <Colours />
      <Numbers />
      <Controls />
      <Tables />
      <States />
      <Surfaces />
    </Page>
  );
}
