/** A file that a tool's result brings: the log names it by its hash, the store holds its bytes as long as the run. */
import { z } from "zod";

/** What stands of it in the log, in posts and on screens. */
export const attachmentSchema = z.object({
  /** SHA-256 of the bytes, in hex. */
  hash: z.string(),
  name: z.string(),
  mediaType: z.string(),
  /** bytes */
  size: z.number(),
  /** What it shows, in words: for who can't see it. */
  alt: z.string(),
});
export type Attachment = z.infer<typeof attachmentSchema>;

/** With its bytes, until they are stored. */
export type FreshAttachment = Attachment & { bytes: Uint8Array };

/** What is beyond them is left out, and the model is told. Sizes in bytes. */
export const attachmentLimits = {
  ofCall: 8,
  size: 5_000_000,
  sizeOfRun: 50_000_000,
} as const;
