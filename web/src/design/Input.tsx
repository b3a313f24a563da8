import type { InputHTMLAttributes, Ref, SelectHTMLAttributes, TextareaHTMLAttributes } from "react";
import "./Field.css";

interface Sized {
  small?: boolean;
  mono?: boolean;
}

const look = ({ small, mono }: Sized, more = ""): string =>
  `input ${small ? "input-sm" : ""} ${mono ? "input-mono" : ""} ${more}`;

export function Input({
  small,
  mono,
  className,
  ...rest
}: InputHTMLAttributes<HTMLInputElement> & Sized & { ref?: Ref<HTMLInputElement> }) {
  return <input autoComplete="off" spellCheck={false} {...rest} className={look({ small, mono }, className)} />;
}

export function TextArea({ small, mono, className, ...rest }: TextareaHTMLAttributes<HTMLTextAreaElement> & Sized) {
  return <textarea spellCheck={false} {...rest} className={look({ small, mono }, className)} />;
}

export interface Choice {
  value: string;
  label: string;
  disabled?: boolean;
}

export function Select({
  small,
  options,
  onPick,
  className,
  ...rest
}: Omit<SelectHTMLAttributes<HTMLSelectElement>, "onChange"> &
  Sized & { options: readonly Choice[]; onPick: (value: string) => void }) {
  return (
    <select {...rest} className={look({ small }, className)} onChange={(event) => onPick(event.target.value)}>
      {options.map((option) => (
        <option key={option.value} value={option.value} disabled={option.disabled}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

export function Check({
  label,
  onPick,
  ...rest
}: Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> & { label: string; onPick: (on: boolean) => void }) {
  return (
    <label className="check">
      <input type="checkbox" {...rest} onChange={(event) => onPick(event.target.checked)} />
      {label}
    </label>
  );
}
