/** What a tool wants filled in, field by field; the server checks what comes out. */
import { useRef, useState } from "react";
import type { Form, FormField } from "../../core/form.ts";
import { fieldInWords } from "../../core/text/form-field.ts";
import { initialInWords, valueShownAs } from "../../core/text/options.ts";
import { answer } from "../api/calls.ts";
import { Button } from "../parts/button.tsx";
import { useDraft } from "../parts/draft.ts";
import { useKey } from "../parts/keyboard.ts";
import { ErrorNote } from "../parts/notice.tsx";
import type { Draft, Field } from "./argument-draft.ts";
import { ArgumentField } from "./argument-field.tsx";
import { type SettleFormProps, useSettle } from "./use-settle.ts";

export function ToolForm({ runId, question, first, onRefused, form }: SettleFormProps & { form: Form }) {
  const [kept, keep] = useDraft(`answer ${question.id}`);
  const draft: Draft = { ...initialOf(form), ...(kept === "" ? {} : (JSON.parse(kept) as Draft)) };
  const [sent, setSent] = useState<string | null>(null);
  const element = useRef<HTMLFormElement>(null);
  const settle = useSettle(runId, onRefused);
  useKey("a", () => {
    if (first) element.current?.querySelector<HTMLElement>("input, select, textarea")?.focus();
    return first;
  });
  const send = (words: string) => {
    if (settle.isPending) return;
    setSent(words);
    settle.mutate((keyOf) => answer(runId, question.id, words, keyOf(words)), { onSuccess: () => keep("") });
  };
  return (
    <form
      ref={element}
      className="settle edit"
      onSubmit={(event) => {
        event.preventDefault();
        send(JSON.stringify(valuesOf(form, draft)));
      }}
    >
      {form.fields.map((field) => (
        <ArgumentField
          key={field.name}
          field={asField(field)}
          value={draft[field.name] ?? ""}
          onChange={(value) => keep(JSON.stringify({ ...draft, [field.name]: value }))}
        />
      ))}
      <ErrorNote error={settle.error} />
      <div className="buttons">
        <button type="submit" className="button primary" aria-busy={settle.isPending}>
          {settle.isPending ? "Sending…" : "Answer"}
        </button>
        {question.choices.map(({ value, label }) => (
          <Button
            key={value}
            look="quiet"
            pending={settle.isPending && sent === value}
            onPress={() => send(value)}
          >
            {label}
          </Button>
        ))}
      </div>
    </form>
  );
}

function initialOf({ fields }: Form): Draft {
  return Object.fromEntries(
    fields.map((field) => [
      field.name,
      field.kind === "many" ? initialInWords(field) : (field.initial ?? ""),
    ]),
  );
}

/** Several options are typed, by the labels that are shown; one is chosen. */
function valuesOf({ fields }: Form, draft: Draft): Record<string, string | string[]> {
  const typed = fields.filter(({ name, kind }) => kind === "many" && draft[name]?.trim());
  const values = typed.map(({ name, options }): [string, string[]] => [
    name,
    (draft[name] ?? "").split(",").map((text) => valueShownAs(options, text) ?? text.trim()),
  ]);
  return { ...draft, ...Object.fromEntries(values) };
}

const yesOrNo = [
  { value: "true", label: "yes" },
  { value: "false", label: "no" },
];

/** Numbers and several options are typed: the server reads them. */
function asField({ name, label, kind, options, required, ...field }: FormField): Field {
  const about = fieldInWords({ kind, options, required, ...field });
  return {
    name: label,
    kind: kind === "one" || kind === "boolean" ? "choice" : "text",
    description: about,
    choices: kind === "boolean" ? yesOrNo : options,
    nullable: false,
  };
}
