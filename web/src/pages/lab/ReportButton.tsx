import { useMutation } from "@tanstack/react-query";
import { asApiError, errorOf } from "@/api/error";
import { Button, Icon, toasts } from "@/design";

/** The report as one file that needs nothing else, to keep or to send. */
export function ReportButton({ id, name }: { id: string; name: string }) {
  const report = useMutation({
    mutationFn: async () => {
      const response = await fetch(`/api/v1/backtests/${encodeURIComponent(id)}/report`, {
        credentials: "same-origin",
      });
      if (!response.ok) throw await errorOf(response);
      save(await response.blob(), `${name.replace(/[^\w-]+/g, "-").toLowerCase()}-${id.slice(0, 8)}.html`);
    },
    onError: (error) => {
      const told = asApiError(error);
      toasts.say(`No report: ${told.message}${told.suggestion === "" ? "" : `; ${told.suggestion}`}`, "bad");
    },
  });
  return (
    <Button
      size="sm"
      icon={<Icon name="download" />}
      busy={report.isPending}
      title="One page that needs nothing else: price, trades, equity, costs, every figure"
      onClick={() => report.mutate()}
    >
      Report to share
    </Button>
  );
}

function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
