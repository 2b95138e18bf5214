/** Words to a run while it works: it takes them into account at its next step. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys, say } from "../api/calls.ts";
import { ErrorNote } from "../parts/notice.tsx";

export function SayForm({ runId, onDone }: { runId: string; onDone: () => void }) {
  const client = useQueryClient();
  const [text, setText] = useState("");
  const saying = useMutation({
    mutationFn: () => say(runId, text),
    onSuccess: (state) => {
      client.setQueryData(keys.run(runId), state);
      onDone();
    },
  });
  return (
    <form
      className="say"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== "" && !saying.isPending) saying.mutate();
      }}
    >
      <label>
        <span className="label">Say something to this run</span>
        <input
          // biome-ignore lint/a11y/noAutofocus: it opens because somebody wants to type
          autoFocus
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && onDone()}
        />
      </label>
      <button type="submit" className="button primary" aria-busy={saying.isPending}>
        Say it
      </button>
      <ErrorNote error={saying.error} />
    </form>
  );
}
