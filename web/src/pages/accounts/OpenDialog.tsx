import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api } from "@/api/client";
import { Button, Dialog, ErrorBox, Field, Input, toasts } from "@/design";

/** An account of play money. */
export function OpenDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [deposit, setDeposit] = useState("10000");
  const cache = useQueryClient();
  const navigate = useNavigate();
  const open = useMutation({
    mutationFn: () => api.post("/api/v1/accounts", { body: { name: name.trim(), deposit_usd: deposit } }),
    onSuccess: async (account) => {
      await cache.invalidateQueries({ queryKey: ["accounts"] });
      toasts.say(`${account.name} is open`);
      onClose();
      await navigate({ to: "/accounts/$accountId", params: { accountId: account.account_id } });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") open.mutate();
  };
  return (
    <Dialog
      title="Open a paper account"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="open-account" busy={open.isPending} disabled={name.trim() === ""}>
            Open with ${deposit || "0"} of play money
          </Button>
        </>
      }
    >
      <form id="open-account" className="accounts-form" onSubmit={submit}>
        <Field label="Name">
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
        <Field label="Play money to begin with" aside="USD">
          {(wired) => (
            <Input
              {...wired}
              inputMode="decimal"
              value={deposit}
              onChange={(event) => setDeposit(event.target.value.trim())}
            />
          )}
        </Field>
      </form>
      {open.isError && <ErrorBox error={open.error} />}
    </Dialog>
  );
}
