/** How every error is told on the wire. */
import { z } from "zod";

/** RFC 9457; `detail` is the member that the seeds' clients read. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
  request_id: z.string(),
  instance: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  agents: z.array(z.string()).optional(),
  questions: z.array(z.object({ id: z.string(), kind: z.string(), text: z.string() })).optional(),
  choices: z.array(z.object({ value: z.string(), label: z.string() })).optional(),
  /** Of what can't be read: a newer release wrote it, and can. */
  newer: z.boolean().optional(),
});
/** The body of every error, `application/problem+json` by RFC 9457; `detail` is a sentence for people. */
export type Problem = z.infer<typeof problemSchema>;
