import { useEffect } from "react";
import { SignIn } from "./SignIn";
import { STEPS } from "./steps";
import "./StartPage.css";

/** Sign in, and what there is to find behind it. */
export function StartPage() {
  useEffect(() => {
    document.title = "Sign in · Paddock";
  }, []);
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
      <SignIn />
    </main>
  );
}
