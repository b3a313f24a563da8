import { type ReactNode, useId } from "react";
import "./Field.css";

/** What the control inside must take over: `<input {...wired} />`. */
export interface Wired {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

interface Props {
  label: ReactNode;
  hint?: ReactNode;
  error?: string;
  /** Shown beside the label, such as a unit. */
  aside?: ReactNode;
  children: (wired: Wired) => ReactNode;
}

export function Field({ label, hint, error, aside, children }: Props) {
  const id = useId();
  const said = error || hint;
  return (
    <div className="field">
      <div className="field-head">
        <label htmlFor={id}>{label}</label>
        {aside && <span className="field-aside">{aside}</span>}
      </div>
      {children({ id, "aria-describedby": said ? `${id}-said` : undefined, "aria-invalid": error ? true : undefined })}
      {said && (
        <p id={`${id}-said`} className={error ? "field-error" : "field-hint"} role={error ? "alert" : undefined}>
          {said}
        </p>
      )}
    </div>
  );
}
