/** `ingest` turns an inbound message into a command: which run is meant, and is it an answer, steering or a new task. */
import type { Actor, Address } from "../core/actor.ts";
import { authorize, isStranger } from "../core/admit/authorize.ts";
import { helpText, type Instruction, parseInstruction } from "../core/admit/instruct.ts";
import type { Rights } from "../core/agent.ts";
import type { Command, LaunchRequest, Refusal, RunCommand } from "../core/command.ts";
import { statusInWords } from "../core/narrate/narrate.ts";
import { never } from "../core/never.ts";
import type { Inbound, Intent, Outcome } from "../core/ports/channel.ts";
import type { InboxKey } from "../core/ports/store.ts";
import { hasEnded, type State } from "../core/state.ts";
import { brief } from "../core/text/brief.ts";
import { plural } from "../core/text/count.ts";
import type { Engine } from "./engine.ts";
import { above, listed, runMeant } from "./find-run.ts";

export interface IngestDeps {
  engine: Engine;
  /** Address or prefix → agent name; the longest match wins. */
  routes: Readonly<{ [prefix: string]: string }>;
  defaultAgent: string;
}

/** What became of it, in words for its sender. The inbox key makes doing it twice impossible. */
export async function ingest(deps: IngestDeps, inbound: Inbound): Promise<Outcome> {
  const outcome = await carriedOut(deps, inbound);
  const isWord = outcome.type === "refused" || outcome.type === "told";
  if (!isWord || !isStranger(inbound.actor, rightsOf(deps))) return outcome;
  // Not even that somebody is there: an answer would teach a stranger what to ask next.
  const text = outcome.type === "refused" ? outcome.text : "a guest whom no rule lists";
  return { type: "refused", text, runId: outcome.runId, quiet: true };
}

async function carriedOut(deps: IngestDeps, inbound: Inbound): Promise<Outcome> {
  const { engine } = deps;
  const inbox: InboxKey = { source: inbound.channel, key: inbound.key };
  const intent = inbound.intent;
  switch (intent.type) {
    case "message":
      return message(deps, inbound, intent, inbox);
    case "instruction":
      return instruct(deps, inbound, parseInstruction(intent.text, agentNames(deps)), inbox);
    case "press": {
      const { actor } = inbound;
      const via = viaOf(inbound);
      const command: RunCommand =
        intent.action === "stop"
          ? { type: "cancel", reason: "the Stop button", actor, via }
          : { type: intent.action, actor, via };
      return toRun(deps, intent.runId, command, inbox, "done");
    }
    case "choose":
    case "answer":
    case "approve":
    case "refuse": {
      const row = await engine.store.question(intent.questionId);
      if (!row) return refused("This question is not known here any more.");
      return toRun(deps, row.runId, settling(intent, inbound), inbox, "answered");
    }
    default:
      return never(intent);
  }
}

type Settling = Extract<Intent, { type: "choose" | "answer" | "approve" | "refuse" }>;

function settling(intent: Settling, inbound: Inbound): RunCommand {
  const { actor } = inbound;
  const via = viaOf(inbound);
  const { questionId } = intent;
  switch (intent.type) {
    case "choose":
      return { type: "provide_input", questionId, answer: intent.value, actor, via };
    case "answer":
      return { type: "provide_input", questionId, answer: intent.text, actor, via };
    case "approve":
      return intent.input === null
        ? { type: "approve", questionId, actor, via }
        : { type: "edit", questionId, input: intent.input, actor, via };
    case "refuse":
      return { type: "refuse", questionId, reason: intent.reason, actor, via };
  }
}

async function message(
  deps: IngestDeps,
  inbound: Inbound,
  intent: Extract<Intent, { type: "message" }>,
  inbox: InboxKey,
): Promise<Outcome> {
  const newest = inbound.address ? await deps.engine.store.runAt(inbound.address) : null;
  let state = newest ? await above(deps.engine, newest, (run) => !hasEnded(run)) : null;
  if (!state && !intent.addressed) return ignored();
  const instruction: Instruction = intent.addressed
    ? parseInstruction(intent.text, agentNames(deps))
    : { verb: "launch", agent: null, task: intent.text };
  if (instruction.verb !== "launch") return instruct(deps, inbound, instruction, inbox);
  if (state && !hasEnded(state)) {
    const { actor } = inbound;
    const say: RunCommand = { type: "say", text: intent.text, actor, via: viaOf(inbound) };
    const outcome = await toRun(deps, state.runId, say, inbox, "noted");
    const now = outcome.type === "refused" ? await deps.engine.state(state.runId) : null;
    // It ended in this very moment: what was said starts the next turn, as it would have a moment later.
    if (!now || !hasEnded(now)) return unlessChatter(intent, state, outcome);
    state = now;
  }
  const what = { agent: intent.agent ?? instruction.agent, task: instruction.task };
  return unlessChatter(intent, state, await launch(deps, inbound, what, state, inbox));
}

/** Who may not, and talks to others in the thread, is not answered unless they spoke to the bot or a question is open. */
function unlessChatter(
  intent: Extract<Intent, { type: "message" }>,
  state: State | null,
  outcome: Outcome,
): Outcome {
  const isChatter = !intent.addressed && (state === null || state.questions.length === 0);
  return outcome.type === "refused" && isChatter ? { ...outcome, type: "ignored" } : outcome;
}

async function instruct(
  deps: IngestDeps,
  inbound: Inbound,
  instruction: Instruction,
  inbox: InboxKey,
): Promise<Outcome> {
  switch (instruction.verb) {
    case "help":
      return told(helpText);
    case "agents":
      return told(launchable(deps, inbound.actor));
    case "list":
      return told(await listed(deps.engine, inbound));
    case "launch":
      return launch(deps, inbound, instruction, null, inbox);
    default:
      return onRun(deps, inbound, instruction, inbox);
  }
}

async function onRun(
  deps: IngestDeps,
  inbound: Inbound,
  instruction: Extract<Instruction, { verb: "status" | "stop" | "pause" | "resume" }>,
  inbox: InboxKey,
): Promise<Outcome> {
  const runId = instruction.runId ?? (await runMeant(deps.engine, inbound));
  const state = runId ? await deps.engine.state(runId) : null;
  if (!runId || !state || !deps.engine.mayRead(inbound.actor, state)) {
    return refused("I know no such run. `list` shows yours.");
  }
  const { actor } = inbound;
  const via = viaOf(inbound);
  switch (instruction.verb) {
    case "status":
      return told(
        `${runId} · ${brief(state.task, 100)} · ${statusInWords(state)} · ${plural(state.steps, "step")}`,
      );
    case "stop":
      return toRun(deps, runId, { type: "cancel", reason: "asked to stop", actor, via }, inbox, "done");
    default:
      return toRun(deps, runId, { type: instruction.verb, actor, via }, inbox, "done");
  }
}

async function launch(
  deps: IngestDeps,
  inbound: Inbound,
  what: { agent: string | null; task: string },
  follows: State | null,
  inbox: InboxKey,
): Promise<Outcome> {
  const address = inbound.address;
  const agent = what.agent ?? routed(deps, address);
  const request: LaunchRequest = {
    task: what.task,
    actor: inbound.actor,
    via: viaOf(inbound),
    addresses: address ? [address] : [],
    context: inbound.context,
    trusted: !inbound.actor.guest,
    follows: follows ? formerTurn(follows) : null,
    parent: null,
  };
  const launched = await deps.engine.launch(agent, request, inbox);
  if (!launched.ok) return refused(said(launched.refusal));
  if (launched.duplicate) return ignored();
  return { type: "launched", text: `Started ${launched.runId} with ${agent}.`, runId: launched.runId };
}

function routed(deps: IngestDeps, address: Address | null): string {
  const prefixes = Object.keys(deps.routes)
    .filter((prefix) => address?.startsWith(prefix))
    .sort((a, b) => b.length - a.length);
  return (prefixes[0] && deps.routes[prefixes[0]]) ?? deps.defaultAgent;
}

function formerTurn(state: State): NonNullable<LaunchRequest["follows"]> {
  const { runId, task, tainted } = state;
  return { runId, task, outcome: outcomeOf(state), tainted };
}

function outcomeOf(state: State): string {
  const phase = state.phase;
  if (phase.at === "complete") return phase.answer.slice(0, 4_000);
  return phase.at === "failed" ? `failed: ${phase.message}` : statusInWords(state);
}

async function toRun(
  deps: IngestDeps,
  runId: string,
  command: RunCommand,
  inbox: InboxKey,
  type: "noted" | "answered" | "done",
): Promise<Outcome> {
  const submitted = await deps.engine.command(runId, command, inbox);
  if (!submitted.ok) return { ...refused(said(submitted.refusal)), runId };
  if (submitted.duplicate) return ignored();
  const text = { noted: "Noted.", answered: "Thank you, I carry on.", done: "Done." }[type];
  return { type, text, runId };
}

function said(refusal: Refusal): string {
  const open = refusal.questions?.map((question) => `- ${question.id}: ${brief(question.text, 100)}`) ?? [];
  return [refusal.message, ...open].join("\n");
}

function viaOf(inbound: Inbound): Command["via"] {
  return inbound.address
    ? { channel: inbound.channel, address: inbound.address }
    : { channel: inbound.channel };
}

/** The agents that this person may start, a line each. */
function launchable({ engine }: IngestDeps, actor: Actor): string {
  const lines = engine.agents
    .filter(({ name }) => {
      const policy = engine.policyOf(name);
      return policy !== null && authorize("launch", actor, policy.rights, null).allowed;
    })
    .map((agent) => `${agent.name} — ${agent.description}`);
  return lines.join("\n") || "There is no agent that you may start.";
}

function rightsOf({ engine }: IngestDeps): Rights[] {
  return engine.agents.flatMap(({ name }) => engine.policyOf(name)?.rights ?? []);
}

function agentNames(deps: IngestDeps): string[] {
  return deps.engine.agents.map((agent) => agent.name);
}

function told(text: string): Outcome {
  return { type: "told", text, runId: null };
}

function refused(text: string): Outcome {
  return { type: "refused", text, runId: null };
}

function ignored(): Outcome {
  return { type: "ignored", text: "", runId: null };
}
