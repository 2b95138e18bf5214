/** Starts a run: a task in words, and the agent that takes it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type RefObject, useId } from "react";
import { keys, launch } from "../api/calls.ts";
import { useKeyOf } from "../api/use-key-of.ts";
import { ErrorNote } from "../parts/notice.tsx";
import { useGo } from "../parts/way.tsx";
import { SubmitKeys, WordsField } from "../parts/words-field.tsx";
import { AgentChoice, type AgentChosen } from "./agent-choice.tsx";

interface LaunchFormProps {
  task: string;
  setTask: (task: string) => void;
  field: RefObject<HTMLTextAreaElement | null>;
  choice: AgentChosen;
}

export function LaunchForm({ task, setTask, field, choice }: LaunchFormProps) {
  const id = useId();
  const { agents = [], agent, choose } = choice;
  const launching = useLaunch(() => setTask(""));
  const send = () => {
    if (task.trim() !== "" && !launching.isPending) launching.mutate({ task, agent });
  };
  return (
    <form
      className="launch"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <label htmlFor={id}>What should be done?</label>
      <WordsField
        ref={field}
        id={id}
        data-task
        rows={3}
        value={task}
        placeholder="A task in your own words"
        onChange={(event) => setTask(event.target.value)}
      />
      <AgentChoice agents={agents} chosen={agent} onChoose={choose} />
      <div className="buttons">
        <button
          type="submit"
          className="button primary"
          aria-busy={launching.isPending}
          aria-disabled={task.trim() === ""}
        >
          {launching.isPending ? "Starting…" : "Start"}
        </button>
        <SubmitKeys />
      </div>
      <ErrorNote error={launching.error} />
    </form>
  );
}

/** For who asks for a new run where its form stands already. */
export function focusTask(): void {
  document.querySelector<HTMLElement>("[data-task]")?.focus();
}

/** The same key for every try of one task: a repeated press starts nothing twice. */
function useLaunch(onStarted: () => void) {
  const client = useQueryClient();
  const go = useGo();
  const keyOf = useKeyOf();
  return useMutation({
    mutationFn: ({ task, agent }: { task: string; agent: string | null }) =>
      launch(task, agent, keyOf(`${agent}: ${task}`)),
    onSuccess: (run) => {
      client.setQueryData(keys.run(run.id), run);
      onStarted();
      go(`/runs/${run.id}`);
    },
  });
}
