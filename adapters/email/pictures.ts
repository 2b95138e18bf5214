/** The pictures of a run, which go with the mail of its outcome: by mail they have no post of their own. */
import { picturesOf } from "../../src/core/message.ts";
import type { Inlet } from "../../src/core/ports/channel.ts";
import { readableAttachment } from "../../src/core/store/attachments.ts";
import type { MailFile } from "./send.ts";

/** Mail servers take 10 MB and more, and what is attached grows by a third. */
const mostBytes = 6_000_000;

/** As many as fit, oldest first; the console has them all. */
export async function picturesFor(
  store: Inlet["store"],
  runId: string,
  address: string,
): Promise<MailFile[]> {
  const posts = await store.deliveries(runId);
  const pictures = posts.filter((post) => post.address === address).flatMap(({ body }) => picturesOf(body));
  const files: MailFile[] = [];
  let size = 0;
  for (const { hash, name, mediaType } of pictures) {
    const stored = await readableAttachment(store, runId, hash);
    if (stored === null || size + stored.bytes.byteLength > mostBytes) continue;
    size += stored.bytes.byteLength;
    files.push({ filename: name, contentType: mediaType, content: Buffer.from(stored.bytes) });
  }
  return files;
}
