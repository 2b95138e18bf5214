/** Messages that were deleted before anything came of them: their words were taken back, and start nothing. */
import type { InboxKey } from "../ports/deliveries.ts";
import type { Store } from "../ports/store.ts";
import { heardRow, messageKeyOf } from "./heard-row.ts";
import { noteKinds, readNote, writeNote } from "./notes.ts";

/**
 * A message was deleted. What came of it already stays. `mayCome`: is it one of ours that the platform may still
 * deliver? It is asked only of a message that never came. Durable when this resolves.
 */
export async function takeBack(
  store: Pick<Store, "inboxRow" | "saveNote">,
  message: InboxKey,
  mayCome: () => Promise<boolean>,
): Promise<void> {
  const row = await heardRow(store, message);
  const isOpen = row === null ? await mayCome() : row.state === "pending";
  if (isOpen) await writeNote(store, noteKinds.takenBack, { of: nameOf(message), value: "deleted" });
}

/** Also of words that an edit made new: they are those of one message. */
export async function isTakenBack(store: Pick<Store, "note">, message: InboxKey): Promise<boolean> {
  return (await readNote(store, noteKinds.takenBack, nameOf(message))) !== null;
}

function nameOf({ source, key }: InboxKey): string {
  return `${source}/${messageKeyOf(key)}`;
}
