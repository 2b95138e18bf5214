/** The channel-neutral body of a post. Channels draw it, nobody else knows how it looks. */
import { z } from "zod";
import { personSchema } from "./actor.ts";
import { type Attachment, attachmentSchema } from "./attachment.ts";

/**
 * Text in parts, so that every channel can show people and times in its own way.
 * A person is named; only `ping: true` may notify them. Plain strings are never markup.
 */
const inlineSchema = z.union([
  z.string(),
  z.object({ person: personSchema, ping: z.boolean().optional() }),
  /** A rule of an audience that is no single person: a group, a role, "anyone at the console". */
  z.object({ rule: z.string(), ping: z.boolean().optional() }),
  z.object({ time: z.number() }),
  z.object({ code: z.string() }),
  z.object({ strong: z.string() }),
]);
/** A piece of a line: text with its marks. */
export type Inline = z.infer<typeof inlineSchema>;

/** done ✓ · running ◐ · waiting ◌ · failed ✗ · note – */
const stepLineSchema = z.object({
  shape: z.enum(["done", "running", "waiting", "failed", "note"]),
  title: z.string(),
  detail: z.string(),
  /** Milliseconds the step took; shown when over a second. */
  ms: z.number().nullable(),
});
/** One line of the progress post. */
export type StepLine = z.infer<typeof stepLineSchema>;

/** What a press means. Values carry only ids; authority is checked when the press arrives. */
const buttonSchema = z.object({
  action: z.enum([
    "choose",
    "reply",
    "approve",
    "refuse",
    "edit",
    "link",
    "undo",
    "stop",
    "pause",
    "resume",
    "open",
  ]),
  label: z.string(),
  style: z.enum(["plain", "primary", "danger"]),
  runId: z.string(),
  questionId: z.string().optional(),
  /** For `choose`: which choice. */
  value: z.string().optional(),
});
/** Its action comes back from the channel as an `Intent`. */
export type Button = z.infer<typeof buttonSchema>;

const blockSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("heading"), text: z.string(), note: z.array(inlineSchema) }),
  /** Markdown as a model or a person wrote it. `foreign`: untrusted, by the name of the first releases. */
  z.object({ type: z.literal("text"), markdown: z.string(), foreign: z.boolean() }),
  z.object({ type: z.literal("steps"), folded: z.number(), lines: z.array(stepLineSchema) }),
  /**
   * A call, whole: every argument by name, in the order of the schema; or its preview. Values are JSON or plain text,
   * shown as they are, never as markup. What does not fit can't be approved there.
   */
  z.object({ type: z.literal("fields"), fields: z.array(z.object({ name: z.string(), value: z.string() })) }),
  z.object({ type: z.literal("note"), parts: z.array(inlineSchema) }),
  /** A picture of the run; the channel takes its bytes from the store. A note beside it says what it shows. */
  z.object({ type: z.literal("picture"), picture: attachmentSchema }),
  z.object({ type: z.literal("actions"), buttons: z.array(buttonSchema) }),
]);
/** One part of a message, from top to bottom. */
export type Block = z.infer<typeof blockSchema>;
/** A block of Markdown. */
export type TextBlock = Extract<Block, { type: "text" }>;

/** Words of a run; `untrusted`: it has read text from outside the trusted circle. */
export function textBlock(markdown: string, untrusted: boolean): TextBlock {
  return { type: "text", markdown, foreign: untrusted };
}

/** The hosts that its links may lead to: only the listed ones where it is untrusted; null: any. Others are text. */
export function linkHosts(block: TextBlock, listed: readonly string[]): readonly string[] | null {
  return block.foreign ? listed : null;
}

/** What the outbox stores. Texts are plain, without any platform's markup. */
export const messageSchema = z.object({
  /** One line without markup: notifications, screen readers, channels that can draw nothing else. */
  summary: z.string(),
  blocks: z.array(blockSchema),
});
/** A post's body before a channel draws it. */
export type Message = z.infer<typeof messageSchema>;

/** Its pictures, in their order. */
export function picturesOf({ blocks }: Pick<Message, "blocks">): Attachment[] {
  return blocks.flatMap((block) => (block.type === "picture" ? [block.picture] : []));
}

/** A message that should stand at an address; the same key with a new body is an edit. */
export interface Post {
  key: string;
  body: Message;
}

const questionPrefix = "question:";

/** The key of the post that shows this question, one in each address of the run. */
export function questionKey(questionId: string): string {
  return `${questionPrefix}${questionId}`;
}

/** The id of the question that the post asks or settles; null: it is another post of the run. */
export function questionOf({ key }: Pick<Post, "key">): string | null {
  return key.startsWith(questionPrefix) ? key.slice(questionPrefix.length) : null;
}
