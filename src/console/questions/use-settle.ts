/** Sends what settles a question, and takes the state that comes back. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { RunState } from "../../http/wire.ts";
import { keys } from "../api/calls.ts";

export function useSettle(runId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (send: () => Promise<RunState>) => send(),
    onSuccess: (state) => client.setQueryData(keys.run(runId), state),
    // Refused because it was settled elsewhere: what stands here is old.
    onError: () => client.invalidateQueries({ queryKey: keys.run(runId) }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.questions }),
  });
}
