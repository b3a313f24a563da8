import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "@/api/client";
import { signIn } from "@/app/session";
import { Button, ErrorBox, Field, Input } from "@/design";

const enterLocally = (token: string) => signIn(() => api.post("/api/v1/session", { body: { token }, key: "" }));

/** For whoever runs the server; `second` beside other ways in. */
export function TokenForm({ second }: { second: boolean }) {
  const [token, setToken] = useState("");
  const { mutate: enter, error, isPending } = useMutation({ mutationFn: enterLocally });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter(token.trim());
  };
  return (
    <form className="start-way" onSubmit={submit}>
      <Field
        label="Local token"
        hint={
          <>
            The terminal of <code>paddock serve</code> (or <code>make run</code>) told it at its first start. It stays
            in the file <code>token</code> of the home folder: <code>cat ~/.paddock/token</code>
          </>
        }
      >
        {(wired) => (
          <Input
            {...wired}
            type="password"
            autoFocus={!second}
            mono
            required
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
        )}
      </Field>
      {error && <ErrorBox error={error} />}
      <Button type="submit" look={second ? "plain" : "primary"} busy={isPending} disabled={!token.trim()}>
        Sign in
      </Button>
      <p className="faint">This browser gets a session of its own; the token is not kept in it.</p>
    </form>
  );
}
