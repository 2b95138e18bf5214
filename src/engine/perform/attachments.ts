/** Files of results: kept in the store before the event that names them, as many as the run has room for. */
import { type Attachment, attachmentLimits, type FreshAttachment } from "../../core/attachment.ts";
import type { Store } from "../../core/ports/store.ts";
import type { Finished } from "../../core/ports/toolbox.ts";
import type { State } from "../../core/state.ts";
import { plural } from "../../core/text/count.ts";
import type { Rng } from "../backoff.ts";
import { overTroubles } from "./over-troubles.ts";

/** Of the run whose results they are. */
interface Place {
  runId: string;
  keep: Store["saveAttachment"];
  rng: Rng;
  signal: AbortSignal;
}

/** Bytes that a run has left for files; results that come side by side share it. */
export interface Room {
  left: number;
}

export function roomFor({ attachedBytes }: Pick<State, "attachedBytes">): Room {
  return { left: attachmentLimits.sizeOfRun - attachedBytes };
}

/** Puts the files of a result into the store. What the run has no room for is left out, and the output says so. */
export async function keepAttachments<T extends { type: string }>(
  on: Place,
  outcome: T,
  room: Room,
): Promise<T> {
  if (!isFinished(outcome) || outcome.attachments === undefined) return outcome;
  // All of the room is taken before the first wait: another result may come in between.
  const kept = outcome.attachments.filter(({ size }) => {
    const fits = size <= room.left;
    if (fits) room.left -= size;
    return fits;
  });
  for (const { hash, name, mediaType, bytes } of kept) {
    await overTroubles(on, () => on.keep({ runId: on.runId, hash, name, mediaType, bytes }));
  }
  const left = outcome.attachments.length - kept.length;
  const notice = `[left out: ${plural(left, "file")}; a run keeps at most ${attachmentLimits.sizeOfRun / 1_000_000} MB]`;
  return {
    ...outcome,
    attachments: kept,
    output: left === 0 ? outcome.output : `${outcome.output}\n${notice}`,
  };
}

function isFinished(outcome: { type: string }): outcome is Finished {
  return outcome.type === "finished";
}

/** As an event names them: without their bytes. */
export function named(attachments: readonly FreshAttachment[] | undefined): { attachments?: Attachment[] } {
  return attachments === undefined ? {} : { attachments: attachments.map(({ bytes: _, ...told }) => told) };
}
