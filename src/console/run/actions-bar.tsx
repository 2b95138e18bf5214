/** The actions on a run: those that are possible now, and for the others why not. The server decides both. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { isEnded } from "../../core/text/status.ts";
import type { RunState } from "../../http/wire/runs.ts";
import { again, cancel, keys, newKey, pause, resume } from "../api/calls.ts";
import { ApiError } from "../api/client.ts";
import { Button, ConfirmButton } from "../parts/button.tsx";
import { useKey } from "../parts/keyboard.ts";
import { ErrorNote } from "../parts/notice.tsx";
import { useGo } from "../parts/way.tsx";
import { ForgetButton } from "./forget.tsx";
import { SayForm } from "./say-form.tsx";

export function ActionsBar({ run }: { run: RunState }) {
  const [saying, setSaying] = useState(false);
  const command = useCommand(run);
  const repeat = useRunAgain(run);
  const { can } = run;
  const ended = isEnded(run.status);
  const busy = command.isPending ? command.variables : null;
  const resumes = () => command.mutate(resume);
  useKey("r", () => {
    if (can.resume.allowed && !command.isPending) resumes();
    return can.resume.allowed;
  });
  const rests = run.status === "paused" || run.status === "max_steps_reached";
  return (
    <div className="actions">
      <div className="buttons">
        {/* One button that changes its words: the focus stays on it. */}
        {!ended && (
          <Button
            look={rests ? "primary" : "plain"}
            why={rests ? can.resume.why : can.pause.why}
            pending={busy === (rests ? resume : pause)}
            onPress={rests ? resumes : () => command.mutate(pause)}
            {...(rests ? { hint: "r" } : {})}
          >
            {rests ? "Resume" : "Pause"}
          </Button>
        )}
        {!ended && (
          <ConfirmButton
            why={can.cancel.why}
            pending={busy === cancel}
            question="Stop this run?"
            onPress={() => command.mutate(cancel)}
          >
            Stop
          </ConfirmButton>
        )}
        {!ended && (
          <Button why={can.say.why} onPress={() => setSaying(!saying)}>
            Say…
          </Button>
        )}
        <Button pending={repeat.isPending} onPress={() => repeat.mutate()} look={ended ? "plain" : "quiet"}>
          Run again
        </Button>
        {ended && <ForgetButton run={run} />}
      </div>
      <Reasons run={run} ended={ended} rests={rests} />
      {saying && <SayForm runId={run.id} onDone={() => setSaying(false)} />}
      <ErrorNote error={current(command.error, command.context ?? run.version, run) ?? repeat.error} />
    </div>
  );
}

/** Old once the run has ended; where the server was not reached, as soon as the run has gone on since `version`. */
function current(error: Error | null, version: number, run: RunState): Error | null {
  const unreached = error instanceof ApiError && error.status === 0;
  return isEnded(run.status) || (unreached && run.version > version) ? null : error;
}

/** Greyed buttons are explained in words, not only on hover. */
function Reasons({ run, ended, rests }: { run: RunState; ended: boolean; rests: boolean }) {
  if (ended) return null;
  const { can } = run;
  const reasons = [rests ? can.resume.why : can.pause.why, can.cancel.why, can.say.why];
  const words = [...new Set(reasons.filter((why) => why !== null))];
  return words.length === 0 ? null : <p className="muted reasons">{words.join(" ")}</p>;
}

type RunCommand = (id: string) => Promise<RunState>;

function useCommand({ id, version }: RunState) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (command: RunCommand) => command(id),
    onMutate: () => version,
    onSuccess: (state) => client.setQueryData(keys.run(id), state),
  });
}

function useRunAgain(run: RunState) {
  const client = useQueryClient();
  const go = useGo();
  const [key] = useState(newKey);
  return useMutation({
    mutationFn: () => again(run.id, `${key}-${run.id}`.slice(0, 255)),
    onSuccess: (state) => {
      client.setQueryData(keys.run(state.id), state);
      go(`/runs/${state.id}`);
    },
  });
}
