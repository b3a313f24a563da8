import { createContext, useContext } from "react";
import type { Mend } from "@/builder/mends";

/** Apart from the rest, so that nodes are not drawn anew with every edit. */
export const MendingContext = createContext<(mend: Mend) => void>(() => undefined);

export function useMending(): (mend: Mend) => void {
  return useContext(MendingContext);
}
