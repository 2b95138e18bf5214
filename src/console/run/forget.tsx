/** Forgetting an ended run: what goes and what stays is said before, and what is left to do afterwards. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ForgottenRuns, RunState } from "../../http/wire/runs.ts";
import { forget, keys } from "../api/calls.ts";
import { Button } from "../parts/button.tsx";
import { ErrorNote } from "../parts/notice.tsx";
import { Nowhere } from "../parts/nowhere.tsx";
import { Sheet } from "../parts/sheet.tsx";
import { Way } from "../parts/way.tsx";
import { isAdmin, useSession } from "../session/rights.ts";

/** Only for those who may. */
export function ForgetButton({ run }: { run: RunState }) {
  return run.can.forget.allowed ? <Forget id={run.id} /> : null;
}

/** A run that can't be read can't say who may: what is known of the session does, and the server decides. */
export function ForgetDamaged({ id }: { id: string }) {
  const session = useSession();
  if (!isAdmin(session)) return null;
  return (
    <>
      <p>
        Whatever can’t be read of it can be forgotten all the same. Restore it from a backup first if it
        matters.
      </p>
      <Forget id={id} />
    </>
  );
}

function Forget({ id }: { id: string }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button look="quiet" onPress={() => setAsking(true)}>
        Forget…
      </Button>
      {asking && <ForgetSheet id={id} onClose={() => setAsking(false)} />}
    </>
  );
}

function ForgetSheet({ id, onClose }: { id: string; onClose: () => void }) {
  const client = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => forget(id),
    onSuccess: async (done) => {
      client.setQueryData(keys.forgotten(id), done);
      client.removeQueries({ queryKey: keys.outcome(id) });
      await client.refetchQueries({ queryKey: keys.run(id) });
    },
  });
  return (
    <Sheet label="Forget this run" kind="centre" onClose={onClose}>
      <h2>Forget this run?</h2>
      <p>
        Gone for good: its task, everything that was said, its calls and their results, questions and answers,
        files, posts that are not sent yet, what is kept of its threads and mails, and the same of the runs
        that it started.
      </p>
      <p>
        Kept: its id, when it ran, who started it, how it ended, what it used, and that you had it forgotten.
        What stands in chats and mailboxes stays there, and so do backups, logs and whatever its tools did.
      </p>
      <div className="buttons">
        <Button look="danger" pending={isPending} onPress={() => mutate()}>
          Forget for good
        </Button>
        <Button onPress={onClose}>Keep it</Button>
      </div>
      <ErrorNote error={error} />
    </Sheet>
  );
}

/** The page of a run that was forgotten. `words`: the server's, who did it and when. */
export function Forgotten({ id, words }: { id: string; words: string }) {
  const done = useQueryClient().getQueryData<ForgottenRuns>(keys.forgotten(id));
  return (
    <Nowhere title="This run was forgotten">
      <p>{words}</p>
      {done && done.told_to.length > 0 && (
        <p>
          These went on from it or found it as a past run, and were told its task and its outcome, or were
          started again with its task; forget them as well, where that matters:{" "}
          {done.told_to.map((later) => (
            <Way key={later} href={`/runs/${later}`}>
              {later}{" "}
            </Way>
          ))}
        </p>
      )}
      {done && !done.erased && (
        <p>
          Its rows are deleted. Their bytes leave the database’s files with its next VACUUM
          (docs/operations.md).
        </p>
      )}
    </Nowhere>
  );
}
