/** The files of a tool's result as they may be stored: named in plain words, hashed, and within the limits. */
import { createHash } from "node:crypto";
import { attachmentLimits, type FreshAttachment } from "../core/attachment.ts";
import type { Finished } from "../core/ports/toolbox.ts";
import { brief } from "../core/text/brief.ts";
import { visibleLine } from "../core/text/visible.ts";
import { type ToolAttachment, WithAttachments } from "./contract.ts";
import { cutOutput, outputText } from "./output.ts";

const maxAlt = 500;
const maxName = 100;

/** The output within the tool's limit, and the files; the output says which files are left out. */
export function toldResult(
  returned: unknown,
  limits: { maxOutput: number },
  redact: (text: string) => string,
): Pick<Finished, "output" | "omitted" | "attachments"> {
  const { result, attachments, leftOut } = takenApart(returned, redact);
  const { output, omitted } = cutOutput(outputText(result), limits, redact);
  const files = attachments.length === 0 ? {} : { attachments };
  return { output: [output, ...leftOut].join("\n"), omitted, ...files };
}

/** What a tool returned, taken apart. `leftOut`: a line for the model about each file that is not kept. */
interface TakenApart {
  result: unknown;
  attachments: FreshAttachment[];
  leftOut: string[];
}

/** Secrets are taken out of names and words; bytes are kept as they are. */
function takenApart(returned: unknown, redact: (text: string) => string): TakenApart {
  if (!(returned instanceof WithAttachments)) return { result: returned, attachments: [], leftOut: [] };
  const { result, attachments } = returned;
  const kept: FreshAttachment[] = [];
  const leftOut: string[] = [];
  for (const given of attachments.slice(0, attachmentLimits.ofCall)) {
    const file = freshOrNone(given, redact);
    // What the call did is done, whatever is wrong with a file of its result.
    if (file === null) leftOut.push("[left out: a file that can't be kept: its name, type, bytes or words]");
    else if (file.size <= attachmentLimits.size) kept.push(file);
    else leftOut.push(`[left out: ${file.name}, a file of over ${attachmentLimits.size / 1_000_000} MB]`);
  }
  const more = attachments.length - attachmentLimits.ofCall;
  if (more > 0)
    leftOut.push(`[left out: ${more} more files; a call brings at most ${attachmentLimits.ofCall}]`);
  return { result, attachments: kept, leftOut };
}

function freshOrNone(given: ToolAttachment, redact: (text: string) => string): FreshAttachment | null {
  try {
    return fresh(given, redact);
  } catch {
    return null;
  }
}

function fresh(
  { name, mediaType, bytes, alt }: ToolAttachment,
  redact: (text: string) => string,
): FreshAttachment {
  const type = mediaType.trim().toLowerCase();
  return {
    hash: createHash("sha256").update(bytes).digest("hex"),
    name: fileName(redact(name.toWellFormed())),
    // Whatever else it says of itself: a browser is never told to run it.
    mediaType: /^[a-z]+\/[\w.+-]{1,80}$/.test(type) ? type : "application/octet-stream",
    size: bytes.byteLength,
    alt: brief(redact(visibleLine(alt.toWellFormed())), maxAlt),
    bytes,
  };
}

/** The last part of a path, in characters that every file system and every header takes. */
function fileName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? "";
  const plain = last
    .replace(/[^\p{L}\p{N}._ -]/gu, "_")
    .replace(/^\.+/, "")
    .trim();
  return plain.slice(0, maxName).toWellFormed() || "file";
}
