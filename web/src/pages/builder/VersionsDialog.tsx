import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { versionsQuery } from "@/api/queries";
import type { Version } from "@/api/types";
import { fingerprint, readDocument, type StrategyDoc } from "@/builder/document";
import { withLayout } from "@/builder/drafts";
import { Button, Dialog, ErrorBox, SkeletonRows, Time } from "@/design";
import { useBuilder } from "./context";
import { Difference } from "./Difference";
import { placed } from "./opening";
import "./VersionsDialog.css";

/** All versions, and what each changed: of the one before it, or of what is open. */
export function VersionsDialog({ onClose }: { onClose: () => void }) {
  const { state, doc, dispatch } = useBuilder();
  const botId = state.saved?.botId ?? "";
  const { data, error, refetch } = useQuery({ ...versionsQuery(botId), enabled: botId !== "" });
  const [picked, setPicked] = useState<number | null>(null);
  const [against, setAgainst] = useState<"before" | "open">("before");
  const versions = data?.items ?? [];
  const at = versions.findIndex((version) => version.version === (picked ?? versions[0]?.version));
  const version = versions[at];
  const before = versions[at + 1];
  const take = (chosen: Version) => {
    const made = placed(withLayout(localStorage, botId, docOfVersion(chosen)));
    dispatch({ do: "edit", change: () => made });
    onClose();
  };
  return (
    <Dialog title={`Versions of ${state.saved?.name ?? doc.name}`} onClose={onClose} wide>
      {error && <ErrorBox error={error} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonRows rows={4} label="Versions" />}
      {version && (
        <div className="versions-dialog">
          <ul aria-label="Versions">
            {versions.map((one) => (
              <li key={one.version}>
                <button type="button" aria-pressed={one === version} onClick={() => setPicked(one.version)}>
                  <span>Version {one.version}</span>
                  <Time ts={one.created_ts} />
                </button>
              </li>
            ))}
          </ul>
          <div className="versions-dialog-one">
            <div className="versions-dialog-head">
              <h3>
                {against === "open"
                  ? `From version ${version.version} to what is open`
                  : before
                    ? `What version ${version.version} changed`
                    : "Where it began"}
              </h3>
              <Button
                size="sm"
                aria-pressed={against === "open"}
                onClick={() => setAgainst(against === "open" ? "before" : "open")}
              >
                {against === "open" ? "Compare with the one before" : "Compare with what is open"}
              </Button>
            </div>
            {against === "open" ? (
              <Difference before={docOfVersion(version)} after={doc} />
            ) : before ? (
              <Difference before={docOfVersion(before)} after={docOfVersion(version)} />
            ) : (
              <p>The first version.</p>
            )}
            <div className="versions-dialog-foot">
              <code title={version.strategy_hash}>{version.strategy_hash.slice(0, 12)}</code>
              <Button disabled={fingerprint(docOfVersion(version)) === fingerprint(doc)} onClick={() => take(version)}>
                Open version {version.version}
              </Button>
            </div>
          </div>
        </div>
      )}
    </Dialog>
  );
}

function docOfVersion(version: Version): StrategyDoc {
  return readDocument(JSON.stringify(version.strategy));
}
