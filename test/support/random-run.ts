/** One run in a random world: people who ask, a model that chooses, tools that work, fail, hang or are interrupted. */

import { admit } from "../../src/core/admit/admit.ts";
import type { Freeze, Policy } from "../../src/core/agent.ts";
import { questionId } from "../../src/core/ask.ts";
import type { Command } from "../../src/core/command.ts";
import { decide } from "../../src/core/decide/decide.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { EventBody, RunEvent } from "../../src/core/event.ts";
import { approvalWanted } from "../../src/core/freeze.ts";
import { findCall } from "../../src/core/reduce/calls.ts";
import { initial } from "../../src/core/reduce/launch.ts";
import { reduce } from "../../src/core/reduce/reduce.ts";
import { hasEnded, type State, underPause } from "../../src/core/state.ts";
import { launch } from "./core/commands.ts";
import { askedApproval, doubted, failed, finished, started, used } from "./core/events.ts";
import { policyWith } from "./core/policy.ts";
import { RandomModel } from "./core/random-model.ts";
import { RandomPeople } from "./core/random-people.ts";
import type { Move, Scenario } from "./core/scenario.ts";

/** Told of each commit: the state before it, what was appended, and what is wanted next. */
export interface Step {
  before: State;
  events: readonly RunEvent[];
  after: State;
  effect: Effect;
  policy: Policy;
  /** What somebody asked that led to it; null: it happened. */
  command: Command | null;
}

type FreezesAt = (ms: number) => readonly Freeze[];

export const began = 1_700_000_000_000;

export class RandomRun {
  readonly events: RunEvent[] = [];
  state: State = initial;
  effect: Effect = { type: "rest", until: "someone_speaks" };
  readonly #people: RandomPeople;
  readonly #model: RandomModel;
  readonly #watch: (step: Step) => void;
  /** The model thinks about this state. */
  #asked: State | null = null;
  /** The call whose code runs in this process. */
  #running: string | null = null;
  #command: Command | null = null;
  readonly #policy: Policy;
  readonly #freezesAt: FreezesAt;
  /** How far the clock was set, ms. */
  #set = 0;

  /** `freezesAt`: those that hold at a moment, ms since the run began; a crash lets the clock jump. */
  constructor(
    { limits, prefetch, child, curious = false }: Scenario,
    watch: (step: Step) => void,
    freezesAt: FreezesAt = () => [],
  ) {
    this.#people = new RandomPeople(curious);
    this.#model = new RandomModel(curious);
    const policy = policyWith(limits);
    this.#policy = { ...policy, agent: { ...policy.agent, prefetch } };
    this.#freezesAt = freezesAt;
    this.#watch = watch;
    const parent = child ? { runId: "run_0", callId: "a", depth: 1 } : null;
    this.command(launch({ parent }));
  }

  get policy(): Policy {
    return { ...this.#policy, freezes: this.#freezesAt(this.#now - began) };
  }

  take(move: Move): void {
    if (move.who === "world") this.#perform(move.luck);
    if (move.who === "people") this.command(this.#people.wish(this.state, move.act, move.luck, this.#now));
    if (move.who === "crash") {
      this.#asked = null;
      this.#running = null;
      this.#set += ((this.events.length % 5) - 1) * 3;
      this.#fact({ type: "recovered" });
    }
  }

  command(command: Command): void {
    const admission = admit(this.state, command, this.policy);
    this.#command = command;
    if (admission.ok) this.#append(admission.events);
    this.#command = null;
  }

  /** ms since the epoch of what happens next. */
  get #now(): number {
    return began + this.events.length + this.#set;
  }

  /** The engine's rule: facts are recorded unless the run has ended. */
  #fact(...events: EventBody[]): void {
    if (!hasEnded(this.state)) this.#append(events);
  }

  #append(bodies: readonly EventBody[]): void {
    const before = this.state;
    const from = this.events.length;
    let next = bodies;
    for (let rounds = 0; rounds === 0 || next.length > 0; rounds++) {
      if (rounds > 8) throw new Error("decide keeps recording");
      for (const body of next) {
        const event: RunEvent = { ...body, at: this.#now };
        this.events.push(event);
        this.state = reduce(this.state, event);
      }
      this.effect = decide(this.state, this.policy);
      next = this.effect.type === "record" ? this.effect.events : [];
    }
    if (this.events.length === from) return;
    const { state: after, effect, policy } = this;
    const command = this.#command;
    this.#watch({ before, events: this.events.slice(from), after, effect, policy, command });
  }

  #perform(luck: number): void {
    if (this.#asked) this.#modelAnswers(this.#asked, luck);
    else if (this.#running) this.#callEnds(this.#running, luck);
    else if (this.effect.type === "call_model") this.#asked = this.state;
    else if (this.effect.type === "run_calls") this.#runCalls(this.effect.callIds, luck);
    else if (this.effect.type === "ask_approval") this.#askApproval(this.effect.callId);
    else if (this.effect.type === "reconcile") this.#reconcile(this.effect.callId, luck);
    else if (this.effect.type === "rest") this.command(this.#people.help(this.state, luck));
    else this.#fact(...this.#outcome(this.effect, luck));
  }

  /** What simple effects lead to. */
  #outcome(effect: Effect, luck: number): EventBody[] {
    switch (effect.type) {
      case "prefetch":
        return effect.tools.map(prefetched);
      case "begin_sleep": {
        const event = toolOf(this.state, effect.callId) === "wait_for_event" ? "ci" : null;
        return [{ type: "call_slept", callId: effect.callId, until: 5_000, event }];
      }
      case "launch_child":
        return luck % 4 === 0
          ? [failed(effect.callId)]
          : [{ type: "child_launched", callId: effect.callId, runId: "run_2" }];
      case "await_child":
        if (luck % 2) return [];
        return [luck % 3 ? finished(effect.callId, "found", luck % 5 === 0) : failed(effect.callId)];
      case "cancel_child":
        return [failed(effect.callId, "stopped")];
      case "sleep_until":
        return luck % 2 ? effect.due : [];
      default:
        return [];
    }
  }

  #modelAnswers(asked: State, luck: number): void {
    this.#asked = null;
    const now = this.state;
    const stands =
      underPause(now.phase).at === "thinking" && now.heard === asked.heard && now.steps === asked.steps;
    if (luck % 20 === 0) {
      const retryAt = 9_000 + luck;
      if (stands) this.#fact({ type: "model_failed", code: "overloaded", message: "busy", retryAt });
    } else if (stands) this.#fact(this.#model.choice(luck));
    else this.#fact({ type: "decision_dropped", usage: used(luck), model: "m", ms: 1 });
  }

  #runCalls(ids: readonly string[], luck: number): void {
    const [first] = ids;
    if (!first) return;
    const now = findCall(this.state, first);
    // The engine's rule: what was decided must still hold at the moment that the intent is recorded with.
    if (decide(this.state, this.policy).type !== "run_calls") this.#fact();
    else if (this.policy.tools[now?.tool ?? ""]?.effect === "read") {
      const untrusted = (id: string) => toolOf(this.state, id) === "fetch";
      const out = `out ${luck} `.repeat(luck % 40);
      this.#fact(...ids.map((id, n) => ((luck + n) % 5 ? finished(id, out, untrusted(id)) : failed(id))));
    } else {
      this.#running = first;
      this.#fact(started(first, (now?.attempts ?? 0) + 1));
    }
  }

  #callEnds(id: string, luck: number): void {
    this.#running = null;
    if (luck % 11 === 0) this.#doubt(id);
    else this.#fact(luck % 4 ? { ...finished(id, `out ${luck}`), ...wayBack(luck) } : failed(id));
  }

  #reconcile(id: string, luck: number): void {
    if (findCall(this.state, id)?.is.at !== "started") return;
    if (luck % 3 === 0) this.#fact(finished(id, "it had happened"));
    else if (luck % 3 === 1) this.#fact({ type: "call_cleared", callId: id, reason: "it did not happen" });
    else this.#doubt(id);
  }

  #doubt(id: string): void {
    const isStopping = this.state.phase.at === "cancelling";
    const doubt = doubted(questionId(this.state, 1), id, toolOf(this.state, id));
    this.#fact(...(isStopping ? [failed(id, "not known")] : doubt));
  }

  #askApproval(id: string): void {
    const tool = toolOf(this.state, id);
    const { policy, state } = this;
    const spec = policy.tools[tool];
    const call = findCall(state, id);
    const wanted = spec && call && approvalWanted(call, spec, state, policy);
    const { name = "", until = 0, callNumber = 0 } = wanted?.freeze ?? {};
    const mark = wanted?.freeze ? { name, until, callNumber } : undefined;
    this.#fact(askedApproval(questionId(state), id, tool, wanted?.rule.count, null, mark));
  }
}

/** Every other call can be undone by a call of its own kind. */
function wayBack(luck: number) {
  return luck % 2 ? {} : { undo: { tool: luck % 3 ? "restart" : "deploy", input: { version: "v0" } } };
}

function prefetched(tool: string): EventBody {
  return { type: "prefetched", tool, output: "known", ok: true, untrusted: tool === "fetch" };
}

function toolOf(state: State, id: string): string {
  return findCall(state, id)?.tool ?? "";
}
