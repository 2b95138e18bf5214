/** The pictures of a run, which go with the mail of its outcome: by mail they have no post of their own. */
import type { Attachment } from "../../src/core/attachment.ts";
import { picturesOf } from "../../src/core/message.ts";
import type { Inlet } from "../../src/core/ports/channel.ts";
import { readableAttachment } from "../../src/core/store/attachments.ts";
import { attachmentInWords } from "../../src/core/text/attachment.ts";
import type { MailFile } from "./send.ts";

/** Mail servers take 10 MB and more, and what is attached grows by a third. */
const mostBytes = 6_000_000;

/** What goes with a mail, and what of the run's pictures does not. */
export interface Pictures {
  taken: readonly { picture: Attachment; content: Buffer }[];
  tooLarge: readonly Attachment[];
  unreadable: readonly Attachment[];
}

export const noPictures: Pictures = { taken: [], tooLarge: [], unreadable: [] };

/** As many as fit, oldest first. */
export async function picturesFor(
  store: Inlet["store"],
  { runId, address }: { runId: string; address: string },
): Promise<Pictures> {
  const posts = await store.deliveries(runId);
  const pictures = posts.filter((post) => post.address === address).flatMap(({ body }) => picturesOf(body));
  const taken: { picture: Attachment; content: Buffer }[] = [];
  const [tooLarge, unreadable]: [Attachment[], Attachment[]] = [[], []];
  let size = 0;
  for (const picture of pictures) {
    const bytes = (await readableAttachment(store, runId, picture.hash))?.bytes;
    if (bytes === undefined) unreadable.push(picture);
    else if (size + bytes.byteLength > mostBytes) tooLarge.push(picture);
    else {
      size += bytes.byteLength;
      taken.push({ picture, content: Buffer.from(bytes) });
    }
  }
  return { taken, tooLarge, unreadable };
}

export function filesOf({ taken }: Pictures): MailFile[] {
  return taken.map(({ picture: { name, mediaType }, content }) => ({
    filename: name,
    contentType: mediaType,
    content,
  }));
}

/** Without files, for a server that took no mail with them. */
export function withoutFiles({ taken, tooLarge, unreadable }: Pictures): Pictures {
  return { taken: [], tooLarge: [...taken.map(({ picture }) => picture), ...tooLarge], unreadable };
}

/** What whoever reads the mail has to know of the pictures that are not in it; null: nothing. */
export function missingInWords({ tooLarge, unreadable }: Pictures, runUrl: string): string | null {
  const lines = [
    tooLarge.length > 0 &&
      `Too large for this mail: ${namesOf(tooLarge)}. To be seen in the console: ${runUrl}`,
    unreadable.length > 0 && `Can't be read any more: ${namesOf(unreadable)}.`,
  ].filter((line) => line !== false);
  return lines.length === 0 ? null : lines.join("\n");
}

function namesOf(pictures: readonly Attachment[]): string {
  return pictures.map(attachmentInWords).join(", ");
}
