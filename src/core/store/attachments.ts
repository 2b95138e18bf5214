/** Bytes as the text that is stored: base64, so that every database and every copy of one holds text and numbers only. */
import type { StoredAttachment } from "../ports/kept-rows.ts";
import type { Store } from "../ports/store.ts";
import { UnreadableError } from "../ports/unreadable.ts";
import { plainText } from "./codec.ts";

/** A row of the table. */
type AttachmentRecord = Omit<StoredAttachment, "bytes"> & { body: string };

/** What is written. */
export function attachmentRecord({ bytes, name, ...rest }: StoredAttachment): AttachmentRecord {
  return { ...rest, name: plainText(name), body: Buffer.from(bytes).toString("base64") };
}

/** null for no row. @throws UnreadableError when the text is not what was written */
export function attachmentOf(record: AttachmentRecord | undefined): StoredAttachment | null {
  if (!record) return null;
  const { body, ...rest } = record;
  const bytes = Buffer.from(body, "base64");
  if (bytes.toString("base64") === body) return { ...rest, bytes };
  const what = `attachment ${rest.name} of ${rest.runId}`;
  throw new UnreadableError("storage_damaged", `${what} can't be read: it is damaged; restore a backup`, {
    what,
  });
}

/** For a screen: null also where it is damaged, for which no word that goes with it may wait. @throws StoreError */
export async function readableAttachment(
  store: Pick<Store, "attachment">,
  runId: string,
  hash: string,
): Promise<StoredAttachment | null> {
  try {
    return await store.attachment(runId, hash);
  } catch (error) {
    if (error instanceof UnreadableError) return null;
    throw error;
  }
}
