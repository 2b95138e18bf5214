/** Sends what settles a question, once however often it is tried, and takes the state that comes back. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { WireQuestion } from "../../http/wire/questions.ts";
import type { RunState } from "../../http/wire/runs.ts";
import { keys } from "../api/calls.ts";
import { ApiError } from "../api/client.ts";
import { type KeyOf, useKeyOf } from "../api/use-key-of.ts";

export interface SettleFormProps {
  runId: string;
  question: WireQuestion;
  first: boolean;
  /** It was settled elsewhere meanwhile: the card goes, why stays with whoever shows it. */
  onRefused: (error: Error) => void;
}

export function useSettle(runId: string, onRefused: (error: Error) => void) {
  const client = useQueryClient();
  const keyOf = useKeyOf();
  return useMutation({
    mutationFn: (send: (keyOf: KeyOf) => Promise<RunState>) => send(keyOf),
    onSuccess: (state) => client.setQueryData(keys.run(runId), state),
    onError: (error) => {
      // 409: what stands here is old, and gone with the next state.
      if (error instanceof ApiError && error.status === 409) onRefused(error);
      return client.invalidateQueries({ queryKey: keys.run(runId) });
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.questions }),
  });
}
