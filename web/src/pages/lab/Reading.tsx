import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { ErrorBox, Panel, SkeletonRows } from "@/design";

/** The strategy in English, as it was run. */
export function Reading({ strategy }: { strategy: Record<string, unknown> }) {
  const told = useQuery({
    queryKey: ["explain", strategy],
    queryFn: ({ signal }) => api.post("/api/v1/strategies/explain", { body: { strategy }, signal, key: "" }),
    staleTime: Infinity,
  });
  return (
    <Panel title="The strategy, as it was run">
      {told.isPending && <SkeletonRows rows={4} />}
      {told.isError && <ErrorBox error={told.error} onRetry={() => void told.refetch()} />}
      {told.data && (
        <div className="lab-reading">
          {told.data.description && <p>{told.data.description}</p>}
          <p className="muted">{told.data.where}</p>
          <ol>
            {told.data.rules.map((lines) => (
              <li key={lines.join()}>
                {lines.map((line) => (
                  <p key={line} className={line.trim().startsWith("- ") ? "lab-part" : undefined}>
                    {line.trim().replace(/^- /, "")}
                  </p>
                ))}
              </li>
            ))}
          </ol>
          <p className="muted">{told.data.risk.join(" · ")}</p>
        </div>
      )}
    </Panel>
  );
}
