import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import "./Button.css";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** One primary action a view; danger for what cannot be undone. */
  look?: "primary" | "plain" | "quiet" | "danger";
  size?: "md" | "sm";
  busy?: boolean;
  icon?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({
  look = "plain",
  size = "md",
  busy = false,
  icon,
  children,
  className = "",
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`button button-${look} button-${size} ${children ? "" : "button-bare"} ${className}`}
      disabled={rest.disabled || busy}
      aria-busy={busy || undefined}
    >
      {busy ? <span className="button-spinner" aria-hidden /> : icon}
      {children}
    </button>
  );
}
