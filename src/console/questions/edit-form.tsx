/** The arguments of a call as a form, made from its tool's schema; the server checks what comes out. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { getTools, keys } from "../api/calls.ts";
import { Button } from "../parts/button.tsx";
import { useDraft } from "../parts/draft.ts";
import { ErrorNote, Skeleton } from "../parts/notice.tsx";
import { type Draft, draftOf, fieldsOf, inputOf } from "./argument-draft.ts";
import { ArgumentField } from "./argument-field.tsx";

interface EditFormProps {
  questionId: string;
  tool: string;
  input: unknown;
  pending: boolean;
  onBack: () => void;
  onApprove: (input: unknown) => void;
}

export function EditForm({ tool, input, ...rest }: EditFormProps) {
  const { data, error } = useQuery({ queryKey: keys.tools, queryFn: getTools, staleTime: 300_000 });
  if (!data) return error ? <ErrorNote error={error} /> : <Skeleton lines={3} label="Loading the form" />;
  const schema = data.tools.find((known) => known.name === tool)?.schema;
  return <ArgumentsForm schema={schema} input={input} {...rest} />;
}

function ArgumentsForm({
  questionId,
  schema,
  input,
  pending,
  onBack,
  onApprove,
}: Omit<EditFormProps, "tool"> & { schema: unknown }) {
  const fields = fieldsOf(schema, input);
  const [kept, keep] = useDraft(`edit ${questionId}`);
  const draft: Draft = { ...draftOf(fields, input), ...(kept === "" ? {} : (JSON.parse(kept) as Draft)) };
  const [problem, setProblem] = useState<Error | null>(null);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>("input, select, textarea")?.focus(), []);
  return (
    <form
      ref={form}
      className="edit"
      onKeyDown={(event) => event.key === "Escape" && onBack()}
      onSubmit={(event) => {
        event.preventDefault();
        if (pending) return;
        try {
          onApprove(inputOf(fields, draft));
          setProblem(null);
        } catch (error) {
          setProblem(error instanceof Error ? error : new Error(String(error)));
        }
      }}
    >
      {fields.map((field) => (
        <ArgumentField
          key={field.name}
          field={field}
          value={draft[field.name] ?? ""}
          onChange={(value) => keep(JSON.stringify({ ...draft, [field.name]: value }))}
        />
      ))}
      <ErrorNote error={problem} />
      <div className="buttons">
        <button type="submit" className="button primary" aria-busy={pending}>
          {pending ? "Sending…" : "Show it as edited"}
        </button>
        <Button look="quiet" onPress={onBack}>
          Back
        </Button>
      </div>
    </form>
  );
}
