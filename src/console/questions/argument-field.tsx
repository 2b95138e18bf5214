/** One argument of a call, with the control that suits its type. */
import { useId } from "react";
import { visibleLine } from "../../core/text/visible.ts";
import { WordsField } from "../parts/words-field.tsx";
import type { Field } from "./argument-draft.ts";

interface ArgumentFieldProps {
  field: Field;
  value: string;
  onChange: (value: string) => void;
}

export function ArgumentField({ field, value, onChange }: ArgumentFieldProps) {
  const id = useId();
  const hint = [field.description, field.nullable ? "Empty means none." : null].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{visibleLine(field.name)}</label>
      <Control
        id={id}
        field={field}
        value={value}
        onChange={onChange}
        hintId={hint ? `${id}-hint` : undefined}
      />
      {hint && (
        <p className="muted" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** As they stand in the arguments of a call. */
const booleans = ["true", "false"].map((value) => ({ value, label: value }));

function Control({
  id,
  field,
  value,
  onChange,
  hintId,
}: ArgumentFieldProps & { id: string; hintId: string | undefined }) {
  const shared = { id, value, "aria-describedby": hintId };
  switch (field.kind) {
    case "choice":
    case "boolean": {
      const choices = field.kind === "boolean" ? booleans : field.choices;
      return (
        <select {...shared} onChange={(event) => onChange(event.target.value)}>
          {(field.nullable || value === "") && <option value="">—</option>}
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {visibleLine(choice.label)}
            </option>
          ))}
        </select>
      );
    }
    case "number":
      return <input {...shared} inputMode="decimal" onChange={(event) => onChange(event.target.value)} />;
    default: {
      const rows = field.kind === "json" ? 4 : Math.min(8, Math.ceil(value.length / 60) || 1);
      return (
        <WordsField
          {...shared}
          rows={rows}
          className={field.kind === "json" ? "mono" : ""}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    }
  }
}
