/**
 * Questions that a client puts to its own person in the middle of a call (`input_required`, since 2026-07-28), and the
 * next round of the call, which brings the answer. Nothing is held for it here: the run waits in the log, and what the
 * client carries from round to round names a run and a question, for which it is asked again what the caller may.
 */
import type { CallToolResult, InputRequiredResult, ServerContext } from "@modelcontextprotocol/server";
import { z } from "zod";
import { readJson } from "../../core/text/json.ts";
import { demandScopes } from "../guard/auth.ts";
import { checkData } from "../guard/body.ts";
import type { Server } from "../guard/context.ts";
import { ProblemError } from "../guard/problems.ts";
import { readableRun } from "../routes/run-access.ts";
import type { RunCommands } from "../routes/run-commands.ts";
import { answerInput, waitInput } from "../wire/mcp.ts";
import { operations } from "../wire/operations.ts";
import type { WireQuestion } from "../wire/questions.ts";
import type { RunState } from "../wire/runs.ts";
import { isForCaller, runResult } from "./answer.ts";
import { asked } from "./asked-form.ts";
import type { Asked } from "./tool.ts";
import { awaitRun } from "./waiting.ts";

/** What a tool's call comes to for now. */
export type Told = CallToolResult | InputRequiredResult;

/** `isForm`: a tool's own form, which is told when nobody fills it in. */
const stateSchema = z.strictObject({
  run: z.string().max(200),
  question: z.string().max(200),
  isForm: z.boolean(),
});
const answerSchema = z.looseObject({
  action: z.enum(["accept", "decline", "cancel"]),
  content: z.record(z.string(), z.unknown()).optional(),
});
const capabilitiesSchema = z.looseObject({
  "io.modelcontextprotocol/clientCapabilities": z.looseObject({
    elicitation: z.looseObject({ form: z.unknown().optional(), url: z.unknown().optional() }),
  }),
});

/** Nobody can answer the question any more; how the run is says more than that. */
const settled: ReadonlySet<string> = new Set(["already_answered", "question_closed"]);

/** As `answer_question` takes it. */
const answerBody = answerInput.pick({ id: true, question_id: true, answer: true });

/** The one name under which the question stands in a round. */
const only = "question";

/** Whether the client of this call puts forms to a person; a call that does not wait only looks, and asks nobody. */
export function asksPeople({ envelope }: ServerContext["mcpReq"], args: unknown): boolean {
  if (waitOf(args) === 0) return false;
  const read = capabilitiesSchema.safeParse(envelope);
  if (!read.success) return false;
  const { form, url } = read.data["io.modelcontextprotocol/clientCapabilities"].elicitation;
  // Without a word of which, it is forms.
  return form !== undefined || url === undefined;
}

/** Seconds. Arguments that are wrong are told by the tool itself. */
function waitOf(args: unknown): number {
  const wait = waitInput.pick({ wait_s: true }).loose().safeParse(args);
  return wait.success ? wait.data.wait_s : 0;
}

/** The question that a client asks now, or how the run is. */
export function toldOf({ canAsk }: Pick<Asked, "canAsk">, run: RunState, replayed: boolean): Told {
  const question = canAsk ? run.questions.find(isPlain) : undefined;
  if (question === undefined) return runResult(run, replayed);
  const { id, form } = question;
  const state: z.infer<typeof stateSchema> = { run: run.id, question: id, isForm: form !== null };
  return {
    resultType: "input_required",
    inputRequests: { [only]: { method: "elicitation/create", params: asked(question) } },
    requestState: JSON.stringify(state),
  };
}

/** Approvals, doubts and budgets are for where people see all of it; a page to open is told in words. */
function isPlain(question: WireQuestion): boolean {
  return question.kind === "ask" && question.link === null && isForCaller(question);
}

export interface Round extends z.infer<typeof stateSchema> {
  /** null: it brings none. */
  answer: z.infer<typeof answerSchema> | null;
}

/** The next round of a call that has asked. null: this is its first; `foreign`: it carries what was not written here. */
export function roundIn({
  inputResponses,
  requestState,
}: Pick<ServerContext["mcpReq"], "inputResponses" | "requestState">): Round | null | "foreign" {
  const carried = requestState();
  if (typeof carried !== "string") return null;
  const read = readJson(carried);
  const state = "flaw" in read ? null : stateSchema.safeParse(read.value);
  if (!state?.success) return "foreign";
  const answer = answerSchema.safeParse(inputResponses?.[only]);
  return { ...state.data, answer: answer.success ? answer.data : null };
}

/** Gives the answer as the caller, and goes on waiting for the run. Throws what the operation of an answer throws. */
export async function nextRound(
  server: Server,
  commands: RunCommands,
  call: Asked,
  { run, question, isForm, answer }: Round,
): Promise<Told> {
  demandScopes(call.caller, operations.provideInput.scopes);
  const { actor } = call.caller;
  await readableRun(server, actor, run);
  const words = answer === null ? null : wordsOf(answer, isForm);
  if (words !== null) {
    const body = checkData({ id: run, question_id: question, answer: words }, answerBody);
    await commands
      .command({ actor, via: { channel: "mcp" }, key: null }, "provideInput", body)
      .catch((error: unknown) => {
        // By this call, whose answer was lost on its way, by somebody else, or the run has ended: it goes on from there.
        if (!(error instanceof ProblemError && settled.has(error.code))) throw error;
      });
  }
  const now = await awaitRun(server, call, run, waitOf(call.args));
  // Whoever did not want to answer is told how else it can be done, and not asked again.
  return words === null ? runResult(now, false) : toldOf(call, now, false);
}

/** null: nobody answered. */
function wordsOf({ action, content = {} }: z.infer<typeof answerSchema>, isForm: boolean): string | null {
  if (action !== "accept") return isForm ? action : null;
  if (isForm) return JSON.stringify(content);
  return typeof content.answer === "string" ? content.answer : null;
}
