/** Keys that sign what waits for weeks: made once for a database and kept in it. */
import { randomBytes } from "node:crypto";
import type { Store } from "../core/ports/store.ts";
import { keepNote, noteKinds, readNote } from "../core/store/notes.ts";

export interface SigningKeys {
  /** Signs the one-time URLs of events. 32 bytes, as all of them. */
  event: Uint8Array;
  /** No URL is made with these any more; those that were made are good. */
  formerEvent: readonly Uint8Array[];
  /** Makes the tokens in mail addresses. */
  mail: Uint8Array;
}

/**
 * The same for all processes of one database, whatever token each has.
 * @param fromToken what signed event URLs before, derived from the owner's token: where runs may wait
 *   for such a URL it goes on
 */
export async function loadKeys(
  store: Pick<Store, "note" | "keepNote" | "runs">,
  fromToken: Uint8Array,
): Promise<SigningKeys> {
  const kept = (await readNote(store, noteKinds.keys)) ?? (await makeKeys(store, fromToken));
  return {
    event: Buffer.from(kept.event, "hex"),
    formerEvent: kept.formerEvent.map((key) => Buffer.from(key, "hex")),
    mail: Buffer.from(kept.mail, "hex"),
  };
}

async function makeKeys(store: Pick<Store, "keepNote" | "runs">, fromToken: Uint8Array) {
  const isNew = (await store.runs({ limit: 1 })).length === 0;
  const fresh = () => randomBytes(32).toString("hex");
  const formerEvent = isNew ? [] : [Buffer.from(fromToken).toString("hex")];
  return keepNote(store, noteKinds.keys, { value: { event: fresh(), mail: fresh(), formerEvent } });
}
