/** Choices as buttons, free text or a form where it is taken. */
import { lazy, Suspense, useRef, useState } from "react";
import { valueShownAs } from "../../core/text/options.ts";
import { answer } from "../api/calls.ts";
import { Button } from "../parts/button.tsx";
import { useDraft } from "../parts/draft.ts";
import { useKey } from "../parts/keyboard.ts";
import { ErrorNote, Skeleton } from "../parts/notice.tsx";
import { WordsField } from "../parts/words-field.tsx";
import { type SettleFormProps, useSettle } from "./use-settle.ts";

const ToolForm = lazy(() => import("./tool-form.tsx").then((module) => ({ default: module.ToolForm })));

export function AnswerForm(props: SettleFormProps) {
  const { question } = props;
  const { form } = question;
  if (!question.may_answer || !form || !question.free_text) return <WordsForm {...props} />;
  return (
    <Suspense fallback={<Skeleton lines={form.fields.length} label="Loading the form" />}>
      <ToolForm {...props} form={form} />
    </Suspense>
  );
}

function WordsForm({ runId, question, first, onRefused }: SettleFormProps) {
  const [text, setText] = useDraft(`answer ${question.id}`);
  const [sent, setSent] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const buttons = useRef<HTMLDivElement>(null);
  const settle = useSettle(runId, onRefused);
  useKey("a", () => {
    if (!first) return false;
    (field.current ?? buttons.current?.querySelector("button"))?.focus();
    return true;
  });
  if (!question.may_answer) return null;
  const send = (words: string) => {
    if (words.trim() === "" || settle.isPending) return;
    setSent(words);
    settle.mutate((keyOf) => answer(runId, question.id, words, keyOf(words)), {
      onSuccess: () => setText(""),
    });
  };
  return (
    <form
      className="settle"
      onSubmit={(event) => {
        event.preventDefault();
        // The server takes it for a value first, as from any program; here it is the labels that were shown.
        send(valueShownAs(question.choices, text) ?? text);
      }}
    >
      {question.choices.length > 0 && (
        <div className="buttons" ref={buttons}>
          {question.choices.map((choice) => (
            <Button
              key={choice.value}
              pending={settle.isPending && sent === choice.value}
              onPress={() => send(choice.value)}
            >
              {choice.label}
            </Button>
          ))}
        </div>
      )}
      {question.free_text && (
        <div className="answer-row">
          <WordsField
            ref={field}
            rows={1}
            aria-label="Your answer"
            placeholder={question.choices.length > 0 ? "Or in your own words" : "Your answer"}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <button type="submit" className="button primary" aria-busy={settle.isPending}>
            {settle.isPending ? "Sending…" : "Answer"}
          </button>
        </div>
      )}
      <ErrorNote error={settle.error} />
    </form>
  );
}
