import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "@/api/client";
import type { Scope } from "@/api/types";
import { useSession } from "@/app/session";
import { Button, Check, Dialog, ErrorBox, Field, Icon, Input, Select, toasts } from "@/design";

const LIFES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "a year" },
  { value: "", label: "never" },
];
const DAY = 86_400_000;

interface Props {
  onMade: () => Promise<void>;
  onClose: () => void;
}

/** Makes a token and shows it, this once. */
export function TokenDialog({ onMade, onClose }: Props) {
  const session = useSession();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly Scope[]>(["read"]);
  const [days, setDays] = useState("90");
  const make = useMutation({
    mutationFn: () => {
      const expires_ts = days === "" ? null : Date.now() + Number(days) * DAY;
      return api.post("/api/v1/tokens", { body: { name: name.trim(), scopes: [...scopes], expires_ts } });
    },
    onSuccess: onMade,
  });
  const fit = name.trim() !== "" && scopes.length > 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fit) make.mutate();
  };
  if (make.data) return <Made name={make.data.name} token={make.data.token} onClose={onClose} />;
  return (
    <Dialog
      title="Make a token"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="make-token" disabled={!fit} busy={make.isPending}>
            Make the token
          </Button>
        </>
      }
    >
      <form id="make-token" className="settings-stack" onSubmit={submit}>
        <Field label="Name" hint="What will use it">
          {(wired) => (
            <Input
              {...wired}
              value={name}
              maxLength={100}
              autoFocus
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <fieldset className="settings-fieldset">
          <legend>It may</legend>
          {session.scopes.map((scope) => (
            <Check
              key={scope}
              label={scope}
              checked={scopes.includes(scope)}
              onPick={(on) => setScopes(on ? [...scopes, scope] : scopes.filter((each) => each !== scope))}
            />
          ))}
        </fieldset>
        <Field label="It ends after">
          {(wired) => <Select {...wired} value={days} options={LIFES} onPick={setDays} />}
        </Field>
      </form>
      {make.isError && <ErrorBox title="It was not made" error={make.error} />}
    </Dialog>
  );
}

function Made({ name, token, onClose }: { name: string; token: string; onClose: () => void }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(token);
      toasts.say("Copied");
    } catch {
      toasts.say("The browser lets nothing be copied here; mark it instead", "bad");
    }
  };
  return (
    <Dialog
      title={`${name} is made`}
      onClose={onClose}
      actions={
        <>
          <Button icon={<Icon name="copy" />} onClick={() => void copy()}>
            Copy it
          </Button>
          <Button look="primary" onClick={onClose}>
            I have it
          </Button>
        </>
      }
    >
      <p>Copy it now: it is shown this once, and kept nowhere.</p>
      <Input mono readOnly aria-label="The token" value={token} onFocus={(event) => event.target.select()} />
    </Dialog>
  );
}
