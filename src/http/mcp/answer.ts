/** What a client reads of a run and of a refusal: words that say what to do next, and the same as data. */
import type { CallToolResult } from "@modelcontextprotocol/server";
import { isEnded, statusWords } from "../../core/text/status.ts";
import { goneInWords } from "../../core/text/tool-gone.ts";
import { unknownEffect } from "../../core/text/unknown-effect.ts";
import type { ProblemError } from "../guard/problems.ts";
import { formInWords } from "../view/spoken.ts";
import type { McpRun } from "../wire/mcp.ts";
import type { WireQuestion } from "../wire/questions.ts";
import type { RunState } from "../wire/runs.ts";

/** A run that failed or was stopped is an error: the client's model must not take it for done. */
export function runResult(run: RunState, replayed: boolean): CallToolResult {
  const view = viewOf(run, replayed);
  const isError = run.status === "failed" || run.status === "cancelled";
  const words = [view.outcome, view.says].filter((part) => part !== null && part !== "");
  return {
    content: words.map((text) => ({ type: "text", text: text ?? "" })),
    structuredContent: { ...view },
    ...(isError ? { isError } : {}),
  };
}

/** The code comes first, for programs that look for it; `_meta` has what else the problem says. */
export function refusalResult(problem: ProblemError): CallToolResult {
  const { questions, choices, agents } = problem.more;
  const more = Object.entries({ questions, choices, agents })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return {
    content: [{ type: "text", text: [`${problem.code}: ${problem.message}`, ...more].join("\n") }],
    isError: true,
    _meta: { "belay/problem": { code: problem.code, detail: problem.message, ...problem.more } },
  };
}

function viewOf(run: RunState, replayed: boolean): McpRun {
  const { id, status, agent, title: task, steps, links } = run;
  return {
    ...{ id, status, agent, task, steps, links, replayed },
    outcome: run.final_answer ?? run.error,
    questions: run.questions.map(questionOf),
    says: wordsOf(run),
  };
}

function questionOf(question: WireQuestion): McpRun["questions"][number] {
  const { id, kind, text, context, choices, call, link, need, approved_by } = question;
  return {
    ...{ id, kind, text, context, choices },
    call: call && { tool: call.tool, input: call.input, preview: call.preview },
    need,
    approved_by: approved_by.map(({ name }) => name),
    link: link?.url ?? null,
    may_answer: isForCaller(question),
  };
}

/**
 * It settles by answer_question, for this caller. Approvals are never answered with words; a page that must be opened
 * is for whoever is shown the link.
 */
export function isForCaller({ may_answer, kind, link }: WireQuestion): boolean {
  return may_answer && kind !== "approval" && (link === null || link.url !== null);
}

function wordsOf(run: RunState): string {
  if (run.status === "complete") return "";
  if (isEnded(run.status)) return `Run ${run.id}: ${statusWords[run.status]}. ${nextWords(run)}`;
  const asked = run.questions.map((question) => questionWords(question, run));
  const state =
    asked.length > 0 ? asked : [`Run ${run.id}: ${statusWords[run.status]}, ${run.steps} steps so far.`];
  const again = `It is not over. Ask with get_run and the id ${run.id}, or send the same call under the same idempotency_key. Do not make the call anew: that would be another one.`;
  return [...state, again].join("\n");
}

/** A call that may have taken effect stays so when its run ends: nobody may take the end for "it did not". */
function nextWords({ context }: RunState): string {
  const isDoubted = context.some((item) => "output" in item && item.output.includes(unknownEffect));
  return isDoubted
    ? "It is not known whether a call of it took effect: people must look before it is made anew."
    : "Start a new one if it is still wanted.";
}

function questionWords(question: WireQuestion, run: RunState): string {
  const { id, kind, text, choices, call } = question;
  if (kind === "approval") {
    const gone = goneInWords(question, question.tool_gone);
    if (gone !== null) return `Nothing of ${call?.tool ?? "it"} has run (run ${run.id}). ${gone}`;
    const missing = question.need - question.approved_by.length;
    const people = missing === 1 ? "one person" : `${missing} people`;
    return `Nothing of ${call?.tool ?? "it"} has run yet: it waits for ${people} to approve it, where it is asked (run ${run.id}).`;
  }
  if (kind === "doubt") {
    const who = isForCaller(question) ? "Somebody must look" : "People are asked to look";
    return `It is not known whether ${call?.tool ?? "the call"} ran: ${text} ${who} before anything is run again.`;
  }
  if (!isForCaller(question)) return `It asks people, and waits: ${text}`;
  const how = choices.length > 0 ? ` Choices: ${choices.map(({ value }) => value).join(", ")}.` : "";
  const fields = formInWords(question.form ?? undefined);
  const page = question.link === null ? "" : ` A person must open ${question.link.url} before that.`;
  const form = fields === null ? " " : `\n${fields}\n`;
  return `It asks: ${text}${page}${how}${form}Answer with answer_question, id ${run.id}, question_id ${id}.`;
}
