import { useNavigate } from "@tanstack/react-router";
import { Icon, Menu } from "@/design";
import { darkNow, setPreferences } from "./preferences";
import { signOut, useSession } from "./session";

export function AccountMenu({ onHelp }: { onHelp: () => void }) {
  const session = useSession();
  const navigate = useNavigate();
  return (
    <Menu
      look="quiet"
      label={`Account of ${session.user_id}`}
      icon={<Icon name="user" />}
      items={[
        {
          key: "theme",
          label: "Switch dark and light",
          icon: <Icon name="moon" />,
          run: () => setPreferences({ theme: darkNow() ? "light" : "dark" }),
        },
        {
          key: "settings",
          label: "Settings",
          icon: <Icon name="settings" />,
          run: () => void navigate({ to: "/settings" }),
        },
        { key: "help", label: "Keyboard shortcuts", icon: <Icon name="info" />, run: onHelp },
        { key: "out", label: `Sign out ${session.user_id}`, icon: <Icon name="power" />, run: () => void signOut() },
      ]}
    />
  );
}
