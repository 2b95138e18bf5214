/** Files in Slack: a text too long for messages, and pictures. */
import type { Attachment } from "../../../src/core/attachment.ts";
import type { Delivery } from "../../../src/core/ports/channel.ts";
import { readableAttachment } from "../../../src/core/store/attachments.ts";
import { cut } from "../../../src/core/text/brief.ts";
import { plainMrkdwn } from "../draw/escape.ts";
import { channelError } from "../errors.ts";
import type { Session } from "../session.ts";
import { fileName, pictureName } from "./lookup.ts";
import { isOfBody } from "./mend-refusal.ts";

/** What the upload is given. */
export type SlackFile = { filename: string; title: string } & (
  | { content: string }
  | { file: Buffer; alt_text: string }
);

/** Where it goes; `root`: null for no thread. */
interface FilePlace {
  session: Session;
  delivery: Delivery;
  channel: string;
  root: string | null;
}

const maxTitle = 250;

export function textFile(delivery: Pick<Delivery, "id">, content: string): SlackFile {
  return { filename: fileName(delivery, content), title: "The whole text", content };
}

/** null: the store does not have it any more. */
export async function pictureFile(
  { session, delivery }: Pick<FilePlace, "session" | "delivery">,
  picture: Attachment,
): Promise<SlackFile | null> {
  const stored = await readableAttachment(session.inlet.store, delivery.runId, picture.hash);
  if (stored === null) return null;
  const title = plainMrkdwn(cut(picture.alt || picture.name, maxTitle));
  return { filename: pictureName(picture), title, alt_text: title, file: Buffer.from(stored.bytes) };
}

/** False: Slack takes no such file there. Throws ChannelError. */
export async function isUploaded({ session, channel, root }: FilePlace, file: SlackFile): Promise<boolean> {
  try {
    const thread = root === null ? {} : { thread_ts: root };
    await session.client.filesUploadV2({ channel_id: channel, ...file, ...thread });
    return true;
  } catch (error) {
    if (isOfBody(error)) return false;
    throw channelError(error, { method: "files.completeUploadExternal", idempotent: false });
  }
}
