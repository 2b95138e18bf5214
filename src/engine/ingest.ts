/** `ingest` turns an inbound message into a command: for which run, and as answer, steering or new task. */
import { isSamePerson } from "../core/actor.ts";
import { linkOf } from "../core/admit/answer.ts";
import { isStranger } from "../core/admit/authorize.ts";
import { parseInstruction } from "../core/admit/instruct.ts";
import type { Rights } from "../core/agent.ts";
import type { RunCommand } from "../core/command.ts";
import { never } from "../core/never.ts";
import type { InboxKey } from "../core/ports/deliveries.ts";
import type { Inbound, Intent, Outcome } from "../core/ports/inbound.ts";
import { inboundCodec } from "../core/store/records.ts";
import { changedWords } from "./ingest/changed.ts";
import { type InstructDeps, instruct } from "./ingest/instruct.ts";
import { launch } from "./ingest/launch.ts";
import { refused, told, toRun, viaOf, viaWords } from "./ingest/outcome.ts";
import { hearWords } from "./ingest/words.ts";

/** What became of it, in words for its sender. The inbox key makes doing it twice impossible. */
export async function ingest(deps: InstructDeps, inbound: Inbound): Promise<Outcome> {
  const outcome = await carriedOut(deps, inbound);
  const isWord = ["refused", "told", "asked", "reacted"].includes(outcome.type);
  if (!isWord || !isStranger(inbound.actor, rightsOf(deps))) return outcome;
  // Not even that somebody is there: an answer would teach a stranger what to ask next.
  const text = outcome.type === "refused" ? outcome.text : "a guest whom no rule lists";
  return { type: "refused", text, runId: outcome.runId, quiet: true };
}

async function carriedOut(deps: InstructDeps, inbound: Inbound): Promise<Outcome> {
  const { engine } = deps;
  const inbox: InboxKey = { source: inbound.channel, key: inbound.key };
  const intent = inbound.intent;
  switch (intent.type) {
    case "message":
      return hearWords(deps, inbound, intent, inbox);
    case "instruction": {
      if (intent.launch) return launch(deps, inbound, intent.launch, null, inbox);
      const agents = engine.agents.map(({ name }) => name);
      return instruct(deps, inbound, parseInstruction(intent.text, agents), inbox);
    }
    case "press": {
      const { actor } = inbound;
      const via = viaOf(inbound);
      const command: RunCommand =
        intent.action === "stop"
          ? { type: "cancel", reason: "the Stop button", actor, via }
          : { type: intent.action, actor, via };
      return toRun(engine, intent.runId, command, inbox, "done");
    }
    case "meant":
      return meantBy(deps, inbound, intent, inbox);
    case "changed":
      return changedWords(engine, inbound, intent);
    case "link":
      return linkFor(deps, inbound, intent.questionId);
    case "choose":
    case "answer":
    case "approve":
    case "refuse":
    case "undo":
      return settle(deps, inbound, intent, inbox);
    default:
      return never(intent);
  }
}

/** Nothing is recorded of it: where the link leads is the person's own business. */
async function linkFor({ engine }: InstructDeps, inbound: Inbound, questionId: string): Promise<Outcome> {
  const row = await engine.store.question(questionId);
  const state = row === null ? null : await engine.state(row.runId);
  const open = state?.questions.find(({ id }) => id === questionId);
  if (!state || !open?.link) return refused("This link is not open any more.");
  const url = linkOf(open, inbound.actor, state);
  if (url === null) return refused(`Only ${state.from.name}, who started this run, is shown the link.`);
  return told(`It leads to ${open.link.host}. Open it only if you know that place:\n${url}`);
}

type Settling = Extract<Intent, { type: "choose" | "answer" | "approve" | "refuse" | "undo" }>;

function settling(intent: Settling, inbound: Inbound): RunCommand {
  const { actor } = inbound;
  const via = viaOf(inbound);
  const { questionId } = intent;
  const { context } = inbound;
  switch (intent.type) {
    case "choose":
      return { type: "provide_input", questionId, answer: intent.value, actor, via };
    case "answer":
      return {
        ...{ type: "provide_input", questionId, context, actor, via: viaWords(inbound) },
        ...{ answer: intent.text, typed: intent.typed ?? [] },
      };
    case "approve":
      return intent.input === null
        ? { type: "approve", questionId, actor, via }
        : { type: "edit", questionId, input: intent.input, actor, via };
    case "refuse":
      return { type: "refuse", questionId, reason: intent.reason, actor, via };
    case "undo":
      return { type: "undo", questionId, actor, via };
  }
}

/** The words that were kept while their writer was asked what they answer. Nobody else can make them theirs. */
async function meantBy(
  deps: InstructDeps,
  inbound: Inbound,
  { key, questionId }: Extract<Intent, { type: "meant" }>,
  inbox: InboxKey,
): Promise<Outcome> {
  const row = await deps.engine.store.inboxRow({ source: inbound.channel, key });
  const words = row?.body ? inboundCodec.decode(row.body, `message ${key} of ${inbound.channel}`) : null;
  if (words?.intent.type !== "message")
    return refused("These words are not kept any more: write them again.");
  if (!isSamePerson(words.actor.principal, inbound.actor.principal)) {
    return refused(`Only ${words.actor.name} can say what they meant.`);
  }
  const { text } = words.intent;
  const { context } = words;
  const said = { ...inbound, key: row?.key ?? key, context };
  const outcome = await settle(deps, said, { type: "answer", questionId, text }, inbox);
  if (outcome.type !== "refused") {
    const settled = { state: "done", runId: outcome.runId, outcome: outcome.type } as const;
    await deps.engine.store.settleInbox({ source: inbound.channel, key }, settled);
  }
  return outcome;
}

async function settle(
  { engine }: InstructDeps,
  inbound: Inbound,
  intent: Settling,
  inbox: InboxKey,
): Promise<Outcome> {
  const row = await engine.store.question(intent.questionId);
  if (!row) return refused("This question is not known here any more.");
  const done = intent.type === "undo" ? "done" : "answered";
  return toRun(engine, row.runId, settling(intent, inbound), inbox, done);
}

function rightsOf({ engine }: InstructDeps): Rights[] {
  return engine.agents.flatMap(({ name }) => engine.policyOf(name)?.rights ?? []);
}
