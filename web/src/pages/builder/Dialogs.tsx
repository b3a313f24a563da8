import type { StrategyDoc } from "@/builder/document";
import { CodeDialog } from "./CodeDialog";
import { ConnectDialog } from "./ConnectDialog";
import { useBuilder } from "./context";
import { DeployDialog } from "./DeployDialog";
import { KeysDialog } from "./KeysDialog";
import { TemplatesDialog } from "./TemplatesDialog";
import type { Saving } from "./useSave";
import { VersionsDialog } from "./VersionsDialog";

/** Whatever was asked for, over the builder. */
export function Dialogs({ rested, saving }: { rested: StrategyDoc; saving: Saving }) {
  const { asked, ask } = useBuilder();
  const close = () => ask(null);
  switch (asked) {
    case "connect":
      return <ConnectDialog onClose={close} />;
    case "keys":
      return <KeysDialog onClose={close} />;
    case "code":
      return <CodeDialog rested={rested} onClose={close} />;
    case "versions":
      return <VersionsDialog onClose={close} />;
    case "templates":
      return <TemplatesDialog onClose={close} />;
    case "deploy":
      return <DeployDialog saving={saving} onClose={close} />;
    case null:
      return null;
  }
}
