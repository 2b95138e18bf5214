/** Words in a channel: the facts that decide what is meant by them, and what is then done. */
import { authorize } from "../../core/admit/authorize.ts";
import { type Instruction, parseInstruction } from "../../core/admit/instruct.ts";
import { type Loose, whichOf } from "../../core/admit/loose-words.ts";
import { type Facts, type Meant, meant } from "../../core/admit/meant.ts";
import type { Which } from "../../core/admit/which.ts";
import { kindOf } from "../../core/admit/words.ts";
import type { InboxKey } from "../../core/ports/deliveries.ts";
import type { Inbound, Outcome, Said } from "../../core/ports/inbound.ts";
import { hasEnded, type State } from "../../core/state.ts";
import { isTakenBack } from "../../core/store/taken-back.ts";
import { wordless } from "../../core/text/readable.ts";
import { above, askingNear, runMeant } from "../find-run.ts";
import { type InstructDeps, instruct } from "./instruct.ts";
import { launch, mayLaunch, routed } from "./launch.ts";
import { ignored, toRun, viaOf, viaWords } from "./outcome.ts";

/** Words as they arrived, read once. */
interface Heard {
  deps: InstructDeps;
  inbound: Inbound;
  inbox: InboxKey;
  words: Loose;
  /** Which agent they name, and the task without its name. */
  task: { agent: string | null; task: string };
  instruction: Instruction;
}

/** Resolves when whatever the words mean is committed. Of words that were taken back meanwhile, nothing is. */
export async function hearWords(
  deps: InstructDeps,
  inbound: Inbound,
  intent: Said,
  inbox: InboxKey,
): Promise<Outcome> {
  if (await isTakenBack(deps.engine.store, inbox)) return ignored();
  const heard = heardAs(deps, inbound, intent, inbox);
  const { state, facts } = await factsOf(heard, intent);
  const what = meant(facts);
  const outcome = await done(heard, what, state);
  // The run ended, or the rights changed, in this very moment: talk among people is not refused for that.
  const isTalk = !intent.addressed && (what.type === "steer" || what.type === "follow_up");
  return isTalk && outcome.type === "refused" ? { ...outcome, type: "ignored" } : outcome;
}

function heardAs(deps: InstructDeps, inbound: Inbound, intent: Said, inbox: InboxKey): Heard {
  const agents = deps.engine.agents.map(({ name }) => name);
  const said = intent.said ?? intent.text;
  const named = parseInstruction(intent.text, agents);
  const agent = intent.agent ?? (named.verb === "launch" ? named.agent : null);
  const task = named.verb === "launch" ? named.task : intent.text;
  const { actor, writtenAt } = inbound;
  const words = { text: intent.text, said, actor, ...(writtenAt === undefined ? {} : { writtenAt }) };
  return { deps, inbound, inbox, words, task: { agent, task }, instruction: parseInstruction(said, agents) };
}

/** The run that is meant, if any, and how whoever speaks stands to it. */
async function factsOf(heard: Heard, intent: Said): Promise<{ state: State | null; facts: Facts }> {
  const { deps, inbound, words, task, instruction } = heard;
  const { engine } = deps;
  const { actor, address } = inbound;
  const newest = address ? await engine.store.runAt(address) : null;
  const here = newest ? await above(engine, newest, (run) => !hasEnded(run)) : null;
  const state = here ?? (intent.near === undefined ? null : await askingNear(engine, actor, intent.near));
  const policy = state ? await engine.policy(state) : null;
  const may = (action: "answer" | "control") =>
    state !== null &&
    policy !== null &&
    authorize(action, actor, policy.rights, state.from.principal).allowed;
  const which: Which = state && policy ? whichOf(state, words, policy) : { to: "run" };
  // Code, or a picture and nothing beside it.
  const areShown = words.text === wordless || (words.said?.trim() === "" && words.text.trim() !== "");
  const facts: Facts = {
    addressed: intent.addressed,
    toOthers: intent.toOthers ?? false,
    thread: intent.thread ?? "ours",
    words: areShown ? "words" : kindOf(words.said ?? words.text),
    areShown,
    isCommand: !areShown && instruction.verb !== "launch",
    run: runFact(here, state),
    which,
    may: {
      say: may("answer"),
      control: may("control"),
      launch: mayLaunch(engine, actor, task.agent ?? routed(deps, address)),
    },
  };
  return { state, facts };
}

function runFact(here: State | null, state: State | null): Facts["run"] {
  if (here) return hasEnded(here) ? "ended" : "live";
  return state ? "elsewhere" : "none";
}

async function done(heard: Heard, what: Meant, state: State | null): Promise<Outcome> {
  const { deps, inbound, inbox, instruction } = heard;
  switch (what.type) {
    case "ignore":
      return ignored();
    case "react":
      return { type: "reacted", text: "", runId: state?.runId ?? null };
    case "command":
      return instruct(deps, inbound, instruction, inbox);
    case "stop":
      return stop(heard);
    case "launch":
      return launch(deps, inbound, heard.task, null, inbox);
    case "follow_up":
      return launch(deps, inbound, heard.task, state, inbox);
    case "refuse":
      // The same door that refuses everywhere else finds the words.
      if (what.what === "stop") return stop(heard);
      if (what.what === "launch") return launch(deps, inbound, heard.task, state, inbox);
      return say(heard, state, "noted");
    case "answer":
      return say(heard, state, "answered");
    case "steer":
    case "which":
    case "press":
      return say(heard, state, "noted");
  }
}

/** All of what works in this thread, or else the newest run of whoever says so that has not ended. */
async function stop(heard: Heard): Promise<Outcome> {
  const { deps, inbound, inbox } = heard;
  const runId = await runMeant(deps.engine, inbound);
  if (runId === null) return instruct(deps, inbound, { verb: "stop", runId: null }, inbox);
  const by = { actor: inbound.actor, via: viaOf(inbound) };
  return toRun(deps.engine, runId, { type: "cancel", reason: "asked to stop", ...by }, inbox, "done");
}

/** What the words do is decided again on the newest state, in the transaction that records it. */
async function say(heard: Heard, state: State | null, type: "noted" | "answered"): Promise<Outcome> {
  const { deps, inbound, inbox, words } = heard;
  if (state === null) return ignored();
  const { context } = inbound;
  const command = { type: "say", ...words, context, via: viaWords(inbound) } as const;
  const outcome = await toRun(deps.engine, state.runId, command, inbox, type);
  const now = outcome.type === "refused" ? await deps.engine.state(state.runId) : null;
  // It ended in this very moment: what was said starts the next turn, as it would have a moment later.
  return now && hasEnded(now) ? launch(deps, inbound, heard.task, now, inbox) : outcome;
}
