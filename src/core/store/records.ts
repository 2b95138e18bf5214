/** The records of the store that hold JSON, each with its schema and its versions: one list, for every database. */
import { z } from "zod";
import { scopes } from "../actor.ts";
import { agentSchema } from "../agent.ts";
import { messageSchema } from "../message.ts";
import type { Inbound } from "../ports/inbound.ts";
import { questionSchema } from "../question.ts";
import { recordCodec } from "./record-codec.ts";

const actorSchema = z.object({
  principal: z.string(),
  name: z.string(),
  groups: z.array(z.string()),
  guest: z.boolean(),
  scopes: z.exactOptional(z.array(z.enum(scopes))),
  kind: z.enum(["person", "machine"]),
});

const intentSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("message"),
    text: z.string(),
    addressed: z.boolean(),
    agent: z.string().nullable(),
    said: z.exactOptional(z.string()),
    toOthers: z.exactOptional(z.boolean()),
    thread: z.exactOptional(z.enum(["ours", "theirs", "direct"])),
    near: z.exactOptional(z.string()),
  }),
  z.object({
    type: z.literal("instruction"),
    text: z.string(),
    launch: z.exactOptional(z.object({ agent: z.string().nullable(), task: z.string() })),
  }),
  z.object({ type: z.literal("meant"), key: z.string(), questionId: z.string() }),
  z.object({ type: z.literal("changed"), key: z.string(), text: z.string() }),
  z.object({ type: z.literal("press"), action: z.enum(["stop", "pause", "resume"]), runId: z.string() }),
  z.object({ type: z.literal("choose"), questionId: z.string(), value: z.string() }),
  z.object({
    type: z.literal("answer"),
    questionId: z.string(),
    text: z.string(),
    typed: z.array(z.string()).readonly().exactOptional(),
  }),
  z.object({ type: z.literal("approve"), questionId: z.string(), input: z.unknown() }),
  z.object({ type: z.literal("refuse"), questionId: z.string(), reason: z.string() }),
  z.object({ type: z.literal("undo"), questionId: z.string() }),
  z.object({ type: z.literal("link"), questionId: z.string() }),
]);

const inboundSchema: z.ZodType<Inbound> = z.object({
  key: z.string(),
  actor: actorSchema,
  unsure: z.exactOptional(z.literal(true)),
  channel: z.string(),
  address: z.string().nullable(),
  intent: intentSchema,
  replyTo: z.record(z.string(), z.string()),
  context: z.array(z.object({ source: z.string(), text: z.string(), trusted: z.boolean() })),
  writtenAt: z.exactOptional(z.number()),
});

/** Bodies of the inbox. */
export const inboundCodec = recordCodec(inboundSchema);
/** Bodies of the outbox. */
export const messageCodec = recordCodec(messageSchema);
/** Bodies of questions: copies of what the events say, for lists. */
export const questionCodec = recordCodec(questionSchema);
/** Agents exactly as runs use them. */
export const agentCodec = recordCodec(agentSchema);
