/** Files that a call brought: the last pictures are kept for the posts, and the bytes are counted. */
import type { Attachment } from "../attachment.ts";
import type { State } from "../state.ts";
import { attachmentInWords, isPicture } from "../text/attachment.ts";

/** As many as are told anew with each commit; older posts stand as they are. */
const keptPictures = 10;

/** The state with what a call of this tool, or a look at launch, brought. */
export function attached(state: State, tool: string, attachments: readonly Attachment[]): State {
  if (attachments.length === 0) return state;
  const hashes = new Set(attachments.map(({ hash }) => hash));
  const others = state.pictures.filter(({ hash }) => !hashes.has(hash));
  const fresh = attachments.filter(isPicture).map((picture) => ({ ...picture, tool }));
  return {
    ...state,
    pictures: [...others, ...fresh].slice(-keptPictures),
    attachedBytes: attachments.reduce((sum, { size }) => sum + size, state.attachedBytes),
  };
}

/** What the model is told: it sees no bytes. */
export function attachedInWords(attachment: Attachment): string {
  const where = isPicture(attachment) ? "people see it in the thread" : "people find it in the console";
  return `[attached: ${attachmentInWords(attachment)}; ${where}]`;
}
