/** Where one can go: the navigation, the palette and the shortcuts are made of it. */
import type { IconName } from "@/design";

export interface Place {
  to: "/" | "/builder" | "/lab" | "/data" | "/accounts" | "/settings" | "/docs";
  label: string;
  icon: IconName;
  /** After g. */
  key: string;
}

export const PLACES: readonly Place[] = [
  { to: "/", label: "Dashboard", icon: "home", key: "d" },
  { to: "/builder", label: "Builder", icon: "builder", key: "b" },
  { to: "/lab", label: "Backtest lab", icon: "lab", key: "l" },
  { to: "/data", label: "Data", icon: "data", key: "t" },
  { to: "/accounts", label: "Accounts", icon: "accounts", key: "a" },
  { to: "/docs", label: "Blocks", icon: "docs", key: "o" },
  { to: "/settings", label: "Settings", icon: "settings", key: "s" },
];
