/** What channels find out about the places of a run: one has become another, and what was sent to one came back. */
import type { Address } from "../core/actor.ts";
import type { Returned } from "../core/ports/channel.ts";
import type { OutboxRow } from "../core/ports/deliveries.ts";
import type { Recorder } from "./record.ts";

/** The run speaks at `address` from now on, and no more at the provisional one that it was given. */
export async function becameReal(
  record: Recorder,
  { runId, address: provisional }: Pick<OutboxRow, "runId" | "address">,
  address: Address,
): Promise<void> {
  await record({
    ...{ runId, epoch: null, inbox: null },
    propose: (state) => ({
      ok: true,
      events: state.addresses.includes(provisional) ? [{ type: "address_became", provisional, address }] : [],
    }),
  });
}

/** Told once for each reader, and only while the question is open: afterwards nobody waits for them. */
export async function returned(record: Recorder, { runId, ...post }: Returned): Promise<void> {
  await record({
    ...{ runId, epoch: null, inbox: null },
    propose: (state) => {
      const open = state.questions.find(({ id }) => id === post.questionId);
      const isNews = open !== undefined && !open.returned?.some(({ to }) => to === post.to);
      return { ok: true, events: isNews ? [{ type: "post_returned", ...post }] : [] };
    },
  });
}
