// A labelled field of a form.
import { useId, type ReactNode } from "react";

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string;
  readonly type?: "text" | "password" | "number";
  readonly options?: readonly string[];
  /** What the empty option is called. */
  readonly none?: string;
  readonly required?: boolean;
  /** Takes the room that is left in its row. */
  readonly grow?: boolean;
}

export function FormField({
  label,
  value,
  onChange,
  hint,
  type = "text",
  options,
  none = "(none)",
  required = false,
  grow = false,
}: FieldProps): ReactNode {
  const id = useId();
  const described = hint === undefined ? undefined : `${id}-hint`;
  return (
    <div className={grow ? "field grow" : "field"}>
      <span>
        <label htmlFor={id}>{label}</label>
      </span>
      {options === undefined ? (
        <input
          id={id}
          type={type}
          value={value}
          required={required}
          autoComplete="off"
          aria-describedby={described}
          onChange={(event) => onChange(event.target.value)}
        />
      ) : (
        <select id={id} value={value} aria-describedby={described} onChange={(event) => onChange(event.target.value)}>
          {options.map((option) => (
            <option key={option} value={option}>
              {option === "" ? none : option}
            </option>
          ))}
        </select>
      )}
      {hint === undefined ? null : <small id={described}>{hint}</small>}
    </div>
  );
}
