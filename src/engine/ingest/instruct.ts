/** What people type after `/agent`, done: help, lists, a look at a run, a stop. */
import { helpText, type Instruction } from "../../core/admit/instruct.ts";
import { statusInWords } from "../../core/narrate/narrate.ts";
import type { InboxKey } from "../../core/ports/deliveries.ts";
import type { Inbound, Outcome } from "../../core/ports/inbound.ts";
import { brief } from "../../core/text/brief.ts";
import { plural } from "../../core/text/count.ts";
import { listed, runMeant } from "../find-run.ts";
import { agentsFor, type LaunchDeps, launch } from "./launch.ts";
import { refused, told, toRun, viaOf } from "./outcome.ts";

/** What the typed commands need besides a launch. */
export interface InstructDeps extends LaunchDeps {
  /** How the channel of this name writes what it can be told; null: as typed words. */
  helpOf: (channel: string) => string | null;
}

/** Resolves to words for the sender, also when they are refused; rejects only with what the store throws. */
export async function instruct(
  deps: InstructDeps,
  inbound: Inbound,
  instruction: Instruction,
  inbox: InboxKey,
): Promise<Outcome> {
  switch (instruction.verb) {
    case "help":
      return told(deps.helpOf(inbound.channel) ?? helpText);
    case "agents": {
      const lines = agentsFor(deps.engine, inbound.actor).map((one) => `${one.name} — ${one.description}`);
      return told(lines.join("\n") || "There is no agent that you may start.");
    }
    case "list":
      return told(await listed(deps.engine, inbound));
    case "launch":
      return launch(deps, inbound, instruction, null, inbox);
    default:
      return onRun(deps, inbound, instruction, inbox);
  }
}

async function onRun(
  { engine }: InstructDeps,
  inbound: Inbound,
  instruction: Extract<Instruction, { verb: "status" | "stop" | "pause" | "resume" }>,
  inbox: InboxKey,
): Promise<Outcome> {
  const runId = instruction.runId ?? (await runMeant(engine, inbound));
  const state = runId ? await engine.state(runId) : null;
  if (!runId || !state || !engine.mayRead(inbound.actor, state)) {
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
      return toRun(engine, runId, { type: "cancel", reason: "asked to stop", actor, via }, inbox, "done");
    default:
      return toRun(engine, runId, { type: instruction.verb, actor, via }, inbox, "done");
  }
}
