import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { killsQuery } from "@/api/queries";
import { Button, Icon } from "@/design";

const KillDialog = lazy(() => import("./KillDialog"));

/** One click away, two to confirm. */
export function KillSwitch() {
  const [open, setOpen] = useState(false);
  const { data } = useQuery(killsQuery);
  const engaged = (data?.items.length ?? 0) > 0;
  return (
    <>
      <Button
        look={engaged ? "danger" : "plain"}
        size="sm"
        icon={<Icon name="power" />}
        onClick={() => setOpen(true)}
        aria-label={engaged ? "Kill switch, engaged" : "Kill switch"}
      >
        {engaged ? "Killed" : "Kill"}
      </Button>
      <Suspense>{open && <KillDialog onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}
