import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { App } from "./App";
import { Lost } from "./Lost";
import { PageError } from "./PageError";
import { PageSkeleton } from "./PageSkeleton";

const root = createRootRoute({ component: App, notFoundComponent: Lost });

type Search = Record<string, string | undefined>;

/** Words of the address behind the question mark; anything else in there is left out. */
const words =
  (names: readonly string[]) =>
  (search: Record<string, unknown>): Search =>
    Object.fromEntries(names.flatMap((name) => (search[name] === undefined ? [] : [[name, String(search[name])]])));

const page = <P extends string>(
  path: P,
  load: Parameters<typeof lazyRouteComponent>[0],
  names: readonly string[] = [],
) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load), validateSearch: words(names) });

const routes = [
  page("/", () => import("@/pages/dashboard/DashboardPage")),
  page("/bots/$botId", () => import("@/pages/bot/BotPage"), ["run", "tab", "at"]),
  page("/builder", () => import("@/pages/builder/BuilderPage"), ["bot", "template"]),
  page("/lab", () => import("@/pages/lab/LabPage"), ["bot", "version", "template", "id", "like"]),
  page("/lab/compare", () => import("@/pages/lab/ComparePage"), ["ids"]),
  page("/data", () => import("@/pages/data/DataPage")),
  page("/accounts", () => import("@/pages/accounts/AccountsPage")),
  page("/accounts/$accountId", () => import("@/pages/accounts/AccountPage")),
  page("/settings", () => import("@/pages/settings/SettingsPage")),
  page("/docs", () => import("@/pages/docs/DocsPage")),
  page("/design", () => import("@/pages/design/DesignPage")),
] as const;

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: "intent",
  defaultPendingComponent: PageSkeleton,
  defaultPendingMs: 120,
  defaultErrorComponent: PageError,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
