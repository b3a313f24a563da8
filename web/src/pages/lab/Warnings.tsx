import { Icon } from "@/design";
import type { Warning } from "@/lab/document";

/** What to doubt. */
export function Warnings({ warnings }: { warnings: readonly Warning[] }) {
  if (warnings.length === 0) return null;
  return (
    <section className="lab-warnings" aria-label="Warnings">
      <Icon name="warning" />
      <div>
        <h3>Before you believe it</h3>
        <ul>
          {warnings.map((warning) => (
            <li key={`${warning.code}${warning.message}`}>{warning.message}</li>
          ))}
        </ul>
      </div>
    </section>
  );
}
