/** Finds the runs that a changed configuration left behind, and tells at start and in /health what becomes of them. */
import type { Logger } from "pino";
import { channelOf } from "../core/actor.ts";
import type { ToolSpec } from "../core/agent.ts";
import type { QuestionRow, RunRow } from "../core/ports/runs.ts";
import type { Store } from "../core/ports/store.ts";
import type { Question } from "../core/question.ts";
import { fold } from "../core/reduce/reduce.ts";
import { pendingCalls } from "../core/state.ts";
import { everyOpenQuestion, everyRun } from "../core/store/every.ts";
import type { Status } from "../core/text/status.ts";
import { markGoneTools } from "./mark-gone-tools.ts";
import { bindingOf } from "./perform/binding.ts";
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
export interface LeftBehindDeps {
  store: Pick<Store, "runs" | "openQuestions" | "read">;
  agents: readonly { name: string }[];
  tools: Readonly<Record<string, ToolSpec>>;
  elsewhere: Pick<ToolsElsewhere, "all">;
  /** Names of the channels that this bot has. */
  channels: ReadonlyMap<string, unknown>;
  unreadable: UnreadableRecords;
  log: Logger;
  record: Recorder;
}

/** Looks once per start, after the configuration can have changed. */
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
    const telling = find(this.#deps).then(
      (found) => this.#tell(found),
      (error: unknown) => log.warn({ err: error }, "looking for runs that were left behind failed"),
    );
    this.looked = Promise.all([telling, this.#mark()]).then(() => {});
  }

  /** Other processes have other tools than before: questions whose tool is gone are others now. */
  mark(): void {
    this.looked = Promise.all([this.looked, this.#mark()]).then(() => {});
  }

  #mark(): Promise<void> {
    return markGoneTools(this.#deps).catch((error: unknown) =>
      this.#deps.log.warn({ err: error }, "marking questions whose tool is gone failed"),
    );
  }

  #tell(found: readonly LeftBehind[]): void {
    const { log } = this.#deps;
    this.list = found.slice(0, kept);
    for (const { run, why } of this.list)
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

function changesOf({ agents, channels }: LeftBehindDeps, row: RunRow): LeftBehind[] {
  const found: LeftBehind[] = [];
  if (!agents.some(({ name }) => name === row.agent)) {
    const why = `its agent "${row.agent}" is gone: it goes on as it was launched, with the rights that agent had last; the owner can see, answer and stop it`;
    found.push({ run: row.runId, why });
  }
  const channel = row.address === null ? "" : channelOf(row.address);
  if (hearsSomebody(channel) && !channels.has(channel)) {
    const why = `its channel ${channel} is off: what it says and asks waits for that channel; the console shows it now`;
    found.push({ run: row.runId, why });
  }
  return found;
}

/** The console and the API show a run wherever it speaks; nothing is sent there. */
function hearsSomebody(channel: string): boolean {
  return channel !== "" && channel !== "console" && channel !== "api";
}

/** `others`: tools that other processes have. */
async function changedQuestions(deps: LeftBehindDeps, others: object): Promise<LeftBehind[]> {
  const found: LeftBehind[] = [];
  for await (const row of everyOpenQuestion(deps.store)) {
    const { call, kind } = row.question;
    if (call === null) continue;
    const spec = deps.tools[call.tool];
    if (spec === undefined && Object.hasOwn(others, call.tool)) continue;
    if (spec === undefined) found.push({ run: row.runId, why: toolGone(call.tool, kind) });
    else if (kind === "approval" && found.length < readWhole && (await isChanged(deps, row, spec))) {
      const why = `its tool ${call.tool} has changed since it was shown: once approved, it is asked again as it is now`;
      found.push({ run: row.runId, why });
    }
  }
  return found;
}

function toolGone(tool: string, kind: Question["kind"]): string {
  return kind === "doubt"
    ? `its tool ${tool} is gone: who could approve it can still say what happened, it can't run again`
    : `its tool ${tool} is gone: it can only be refused, and approved again once the tool is back`;
}

async function isChanged(
  { store, unreadable }: LeftBehindDeps,
  { runId, question: { call } }: QuestionRow,
  spec: ToolSpec,
): Promise<boolean> {
  const events = await unreadable.orNull(store.read(runId));
  if (events === null || call === null) return false;
  return bindingOf(spec, call.input, fold(events).agent.hash, call.preview) !== call.hash;
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
