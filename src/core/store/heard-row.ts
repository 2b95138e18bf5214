/** The inbox row of a message as it was heard: as it was written, or with the mention that an edit gave it. */
import type { InboxKey, InboxRow } from "../ports/deliveries.ts";
import type { Store } from "../ports/store.ts";

const mention = "/mention";

/** Words that were passed over have a key already: with the mention they get this one. */
export function mentionKey(key: string): string {
  return `${key}${mention}`;
}

/** The key of the message itself, whichever of the two is given. */
export function messageKeyOf(key: string): string {
  return key.endsWith(mention) ? key.slice(0, -mention.length) : key;
}

/** null: it never came, or so long ago that its key is gone. */
export async function heardRow(
  store: Pick<Store, "inboxRow">,
  { source, key }: InboxKey,
): Promise<InboxRow | null> {
  const row = await store.inboxRow({ source, key });
  if (row?.outcome !== "ignored") return row;
  return (await store.inboxRow({ source, key: mentionKey(key) })) ?? row;
}

/** Whether these words were taken as an answer, or may be: whoever changes them afterwards has to be told. */
export function mayBeAnswer(row: InboxRow | null): boolean {
  return row?.outcome === "answered" || row?.outcome === "asked" || row?.state === "pending";
}
