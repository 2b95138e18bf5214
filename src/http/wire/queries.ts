/** The queries that clients send, all strict: an unknown name is an error and never silently ignored. */
import { z } from "zod";
import { statuses } from "../../core/text/status.ts";

const version = z.coerce.number().int().min(0);
const flag = z.enum(["true", "false"]).transform((value) => value === "true");
const statusList = z
  .string()
  .transform((list) => list.split(","))
  .pipe(z.array(z.enum(statuses)));

/** Filters of a list of runs; those that are there must all hold. */
export const runsQuery = z.strictObject({
  /** Several with commas between them. */
  status: statusList.optional(),
  agent: z.string().max(100).optional(),
  channel: z.string().max(100).optional(),
  principal: z.string().max(200).optional(),
  /** Looked for in the task, the name of who started it, the agent and the id. */
  text: z.string().max(200).optional(),
  /** The name of a tool that was chosen. */
  tool: z.string().min(1).max(100).optional(),
  /** Part of the answer or of the failure. */
  outcome: z.string().min(1).max(200).optional(),
  asking: flag.optional(),
  parent: z.string().max(200).optional(),
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
/** The filters of `GET /runs` after parsing. `limit`: 1 to 100 rows, 50 when it is left out. */
export type RunsQuery = z.infer<typeof runsQuery>;

/** One page of open questions. */
export const questionsQuery = z.strictObject({
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});
/** The query of `GET /questions` after parsing. `limit`: 1 to 200 questions, 100 when it is left out. */
export type QuestionsQuery = z.infer<typeof questionsQuery>;

/** One page of the audit trail, newest first. */
export const decisionsQuery = z.strictObject({
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(200),
});
/** The query of `GET /approvals` and `GET /refusals` after parsing. `limit`: 1 to 500 rows, 200 when it is left out. */
export type DecisionsQuery = z.infer<typeof decisionsQuery>;

/** `after`: the version from which on events are wanted. */
export const afterQuery = z.strictObject({ after: version.default(0) });
