/** Words to a run while it works: it takes them into account at its next step. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { keys, say } from "../api/calls.ts";
import { useKeyOf } from "../api/use-key-of.ts";
import { useDraft } from "../parts/draft.ts";
import { ErrorNote } from "../parts/notice.tsx";
import { WordsField } from "../parts/words-field.tsx";

export function SayForm({ runId, onDone }: { runId: string; onDone: () => void }) {
  const client = useQueryClient();
  const id = useId();
  const [text, setText] = useDraft(`say ${runId}`);
  const keyOf = useKeyOf();
  const saying = useMutation({
    mutationFn: () => say(runId, text, keyOf(text)),
    onSuccess: (state) => {
      client.setQueryData(keys.run(runId), state);
      setText("");
      onDone();
    },
  });
  return (
    <form
      className="say"
      onKeyDown={(event) => event.key === "Escape" && onDone()}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== "" && !saying.isPending) saying.mutate();
      }}
    >
      <div>
        <label htmlFor={id}>
          <span className="label">Say something to this run</span>
        </label>
        {/* It opens because somebody wants to type. */}
        <WordsField
          id={id}
          rows={1}
          autoFocus
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <button type="submit" className="button primary" aria-busy={saying.isPending}>
        Say it
      </button>
      <ErrorNote error={saying.error} />
    </form>
  );
}
