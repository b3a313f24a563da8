import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { signIn } from "@/app/session";
import { Button, ErrorBox, Field, Input } from "@/design";
import { STEPS } from "./steps";
import "./StartPage.css";

/** Sign in, and what there is to find behind it. */
export function StartPage() {
  const [token, setToken] = useState("");
  const { mutate: enter, error, isPending } = useMutation({ mutationFn: signIn });
  useEffect(() => {
    document.title = "Sign in · Paddock";
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter(token.trim());
  };
  return (
    <main className="start">
      <div className="start-main">
        <p className="start-brand">
          <svg viewBox="0 0 32 32" width={28} height={28} aria-hidden>
            <path d="M8 26V7M16 26V7M24 26V7M4 13h24M4 20h24" />
          </svg>
          Paddock
        </p>
        <h1>Strategies you can read, test and watch</h1>
        <ol className="start-steps">
          {STEPS.map((step, at) => (
            <li key={step.title}>
              <span className="start-number" aria-hidden>
                {at + 1}
              </span>
              <div>
                <h2>{step.title}</h2>
                <p>{step.words}</p>
              </div>
            </li>
          ))}
        </ol>
      </div>
      <form className="start-form" onSubmit={submit} aria-label="Sign in">
        <h2>Sign in</h2>
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
              autoFocus
              mono
              required
              value={token}
              onChange={(event) => setToken(event.target.value)}
            />
          )}
        </Field>
        {error && <ErrorBox error={error} />}
        <Button type="submit" look="primary" busy={isPending} disabled={!token.trim()}>
          Sign in
        </Button>
        <p className="faint">This browser gets a session of its own; the token is not kept in it.</p>
      </form>
    </main>
  );
}
