import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { Button, Icon, Keys } from "@/design";
import { Toasts } from "@/design/Toasts";
import { live } from "@/live/live";
import { AccountMenu } from "./AccountMenu";
import { Connection } from "./Connection";
import { KillSwitch } from "./KillSwitch";
import { PLACES } from "./places";
import { Boundary } from "./Boundary";
import { useShortcuts } from "./shortcuts";
import "./Shell.css";

const CommandPalette = lazy(() => import("./CommandPalette"));
const ShortcutHelp = lazy(() => import("./ShortcutHelp"));

export function Shell() {
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [open, setOpen] = useState<"palette" | "help" | "menu" | null>(null);
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, []);
  const shortcuts = useMemo(
    () => ({
      "ctrl k": () => setOpen((now) => (now === "palette" ? null : "palette")),
      "?": () => setOpen("help"),
      ...Object.fromEntries(PLACES.map((place) => [`g ${place.key}`, () => void navigate({ to: place.to })])),
    }),
    [navigate],
  );
  useShortcuts(shortcuts);
  const close = () => setOpen(null);
  return (
    <div className="shell" data-menu={open === "menu" || undefined}>
      <a className="shell-skip" href="#content">
        Skip to the content
      </a>
      <header className="shell-bar">
        <Button
          look="quiet"
          className="shell-burger"
          aria-label="Menu"
          aria-expanded={open === "menu"}
          icon={<Icon name="menu" />}
          onClick={() => setOpen((now) => (now === "menu" ? null : "menu"))}
        />
        <Link to="/" className="shell-brand">
          <svg viewBox="0 0 32 32" width={20} height={20} aria-hidden>
            <path d="M8 26V7M16 26V7M24 26V7M4 13h24M4 20h24" />
          </svg>
          Paddock
        </Link>
        <button type="button" className="shell-search" onClick={() => setOpen("palette")}>
          <Icon name="search" />
          <span>Search or do something</span>
          <Keys keys="Ctrl K" />
        </button>
        <div className="shell-tools">
          <Connection />
          <KillSwitch />
          <AccountMenu onHelp={() => setOpen("help")} />
        </div>
      </header>
      <nav className="shell-nav" aria-label="Pages">
        {PLACES.map((place) => (
          <Link
            key={place.to}
            to={place.to}
            className="shell-link"
            activeOptions={{ exact: place.to === "/" }}
            onClick={close}
          >
            <Icon name={place.icon} />
            {place.label}
          </Link>
        ))}
      </nav>
      {open === "menu" && <button type="button" className="shell-veil" aria-label="Close the menu" onClick={close} />}
      <main className="shell-main" id="content" tabIndex={-1}>
        <Boundary key={path}>
          <Outlet />
        </Boundary>
      </main>
      <Suspense>
        {open === "palette" && <CommandPalette onClose={close} onHelp={() => setOpen("help")} />}
        {open === "help" && <ShortcutHelp onClose={close} />}
      </Suspense>
      <Toasts />
    </div>
  );
}
