/** Finds the runs that a changed configuration left behind, and tells at start and in /health what becomes of them. */
import type { Logger } from "pino";
import { isToolGone } from "../core/approval-rule.ts";
import type { QuestionRow, RunRow } from "../core/ports/runs.ts";
import type { Store } from "../core/ports/store.ts";
import { fold } from "../core/reduce/reduce.ts";
import { pendingCalls } from "../core/state.ts";
import { everyOpenQuestion, everyRun } from "../core/store/every.ts";
import { isEnded, type Status } from "../core/text/status.ts";
import { type AskedCall, lackOfTool, lacksOfRun, type Today } from "./lacks.ts";
import { markGoneTools } from "./mark-gone-tools.ts";
import type { Recorder } from "./record.ts";
import type { ToolsElsewhere } from "./tools-elsewhere.ts";
import type { UnreadableRecords } from "./unreadable.ts";

/** A run that has not ended and lacks what it needs: its agent, a tool or a channel. */
export interface LeftBehind {
  run: string;
  /** What changed, and what will happen. */
  why: string;
}

const alive: readonly Status[] = [
  "running",
  "paused",
  "waiting_human_input",
  "sleeping",
  "max_steps_reached",
];
/** At most so many are kept and said one by one. */
const kept = 100;
/** Runs in the middle of something are read whole, at most so many. */
const readWhole = 200;

/** Today's configuration, and the store to compare it with. */
export interface LeftBehindDeps extends Today {
  store: Pick<Store, "runs" | "openQuestions" | "read">;
  elsewhere: Pick<ToolsElsewhere, "all">;
  unreadable: UnreadableRecords;
  log: Logger;
  record: Recorder;
}

/** A run as its row has it, with what people are asked about in it. */
export interface RunLookedAt extends Pick<RunRow, "runId" | "status" | "agent" | "address"> {
  asked: readonly AskedCall[];
  /** Of the agent that it was launched with; null: not known here, and whether its tools have changed is not told. */
  agentHash: string | null;
}

/** Looks at each start, after the configuration can have changed, and when other processes have other tools than before. */
export class LeftBehindRuns {
  /** As the last look found them. */
  list: readonly LeftBehind[] = [];
  /** Resolves when no look is under way. */
  looked: Promise<void> = Promise.resolve();
  readonly #deps: LeftBehindDeps;

  constructor(deps: LeftBehindDeps) {
    this.#deps = deps;
  }

  /** In the background: a start does not wait for it, and a failure of it is only said. */
  look(): void {
    const { log } = this.#deps;
    const finding = find(this.#deps).catch((error: unknown) => {
      log.warn({ err: error }, "looking for runs that were left behind failed");
      return null;
    });
    const marking = markGoneTools(this.#deps).catch((error: unknown) =>
      log.warn({ err: error }, "marking questions whose tool is gone failed"),
    );
    // What an earlier look finds late is older.
    this.looked = Promise.all([this.looked, finding, marking]).then(([_, found]) => {
      if (found !== null) this.#tell(found);
    });
  }

  /** Why this run does not go on as it was launched, by what is known now; empty: nothing is known of it. */
  why({ asked, agentHash, ...run }: RunLookedAt): string[] {
    const { unreadable } = this.#deps;
    const damage = unreadable.whyLeft(run.runId);
    if (damage !== null) return [damage];
    if (isEnded(run.status)) return [];
    const tools = asked.flatMap((one) => lackOfTool(this.#deps, one, agentHash) ?? []);
    return [...lacksOfRun(this.#deps, run), ...new Set(tools)];
  }

  #tell(found: readonly LeftBehind[]): void {
    const { log } = this.#deps;
    const told = new Set(this.list.map(({ run, why }) => `${run} ${why}`));
    this.list = found.slice(0, kept);
    for (const { run, why } of this.list.filter(({ run, why }) => !told.has(`${run} ${why}`)))
      log.warn({ run, why }, "left behind by a change of the configuration");
    const more = found.length - this.list.length;
    if (more > 0) log.warn({ more }, "more runs were left behind by a change of the configuration");
  }
}

async function find(deps: LeftBehindDeps): Promise<LeftBehind[]> {
  const found: LeftBehind[] = [];
  for await (const row of everyRun(deps.store, { status: alive })) found.push(...changesOf(deps, row));
  const others = await deps.elsewhere.all();
  return [...found, ...(await changedQuestions(deps, others)), ...(await begunWithoutTool(deps, others))];
}

function changesOf(deps: LeftBehindDeps, { runId: run, ...row }: RunRow): LeftBehind[] {
  return lacksOfRun(deps, row).map((why) => ({ run, why }));
}

type Others = Awaited<ReturnType<ToolsElsewhere["all"]>>;

/** `others`: tools that other processes have. */
async function changedQuestions(deps: LeftBehindDeps, others: Others): Promise<LeftBehind[]> {
  const found: LeftBehind[] = [];
  for await (const row of everyOpenQuestion(deps.store)) {
    const { question } = row;
    const { kind, call } = question;
    const spec = call ? deps.tools[call.tool] : undefined;
    const isGone = call !== null && isToolGone(question, { tools: deps.tools, toolsElsewhere: others });
    const looksAt = spec !== undefined && kind === "approval" && found.length < readWhole;
    const agentHash = looksAt ? await hashOf(deps, row) : null;
    const why = lackOfTool(deps, { kind, call, toolGone: isGone }, agentHash);
    if (why !== null) found.push({ run: row.runId, why });
  }
  return found;
}

async function hashOf({ store, unreadable }: LeftBehindDeps, { runId }: QuestionRow): Promise<string | null> {
  const events = await unreadable.orNull(store.read(runId));
  return events && fold(events).agent.hash;
}

/** A call that was begun, or goes on outside, and whose tool is gone: nobody can ask the tool what became of it. */
async function begunWithoutTool(
  { store, tools, unreadable }: LeftBehindDeps,
  others: object,
): Promise<LeftBehind[]> {
  const rows = await store.runs({ status: ["running", "sleeping"], limit: readWhole });
  const found: LeftBehind[] = [];
  for (const { runId } of rows) {
    const events = await unreadable.orNull(store.read(runId));
    const calls = events ? pendingCalls(fold(events)) : [];
    for (const { tool, is } of calls) {
      if (tools[tool] !== undefined || Object.hasOwn(others, tool)) continue;
      if (!["started", "in_job", "verifying"].includes(is.at)) continue;
      const why = `its call of ${tool} was begun and that tool is gone: a person is asked what became of it`;
      found.push({ run: runId, why });
    }
  }
  return found;
}
