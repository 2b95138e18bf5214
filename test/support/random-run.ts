/** One run in a random world: people who ask, a model that chooses, tools that work, fail, hang or are interrupted. */
import fc from "fast-check";
import type { Actor } from "../../src/core/actor.ts";
import { admit } from "../../src/core/admit/admit.ts";
import type { Policy } from "../../src/core/agent.ts";
import { approvalFor } from "../../src/core/approval-rule.ts";
import { questionId } from "../../src/core/ask.ts";
import type { ChosenCall } from "../../src/core/chosen-call.ts";
import type { Command } from "../../src/core/command.ts";
import { decide } from "../../src/core/decide/decide.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { EventBody, EventOf, RunEvent } from "../../src/core/event.ts";
import { findCall } from "../../src/core/reduce/calls.ts";

import { initial } from "../../src/core/reduce/launch.ts";
import { reduce } from "../../src/core/reduce/reduce.ts";
import { hasEnded, type State, underPause } from "../../src/core/state.ts";
import {
  answer,
  approve,
  ask,
  askedApproval,
  call,
  cancel,
  dana,
  doubted,
  edit,
  failed,
  final,
  finished,
  launch,
  model,
  oncall,
  pause,
  person,
  policyWith,
  refuse,
  resume,
  saidAt,
  say,
  started,
  undo,
  used,
} from "./given.ts";

/** What may happen next; `luck` decides between the ways in which it may. */
type Move = { who: "world"; luck: number } | { who: "people"; act: number; luck: number } | { who: "crash" };

const luck = fc.noBias(fc.nat(9999));
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ who: fc.constant("world" as const), luck }) },
  { weight: 3, arbitrary: fc.record({ who: fc.constant("people" as const), act: fc.nat(99), luck }) },
  { weight: 1, arbitrary: fc.constant({ who: "crash" as const }) },
);

export const scenario = fc.record({
  moves: fc.array(move, { minLength: 40, maxLength: 160, size: "max" }),
  limits: fc.record({
    steps: fc.integer({ min: 1, max: 6 }),
    totalSteps: fc.integer({ min: 1, max: 60 }),
    callsPerStep: fc.integer({ min: 1, max: 6 }),
    tokens: fc.constantFrom(30_000, 10_000_000),
    contextTokens: fc.constantFrom(500, 2000, 100_000),
    repeats: fc.integer({ min: 2, max: 4 }),
  }),
  prefetch: fc.subarray(["look", "fetch"]),
  child: fc.boolean(),
});
/** `curious`: its model asks more than it does, and people write more than they press. */
export type Scenario = (typeof scenario extends fc.Arbitrary<infer T> ? T : never) & { curious?: boolean };

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

/** Words that were written and are still on their way. */
interface Written {
  text: string;
  at: number;
  /** The question that was on the screen. */
  aimedAt: string | null;
}

const actors = [dana, oncall, person("guest", { guest: true }), person("bot", { kind: "machine" })];

export class RandomRun {
  readonly policy: Policy;
  readonly events: RunEvent[] = [];
  state: State = initial;
  effect: Effect = { type: "rest", until: "someone_speaks" };
  readonly #curious: boolean;
  readonly #watch: (step: Step) => void;
  /** The model thinks about this state. */
  #asked: State | null = null;
  /** The call whose code runs in this process. */
  #running: string | null = null;
  #made = 0;
  #command: Command | null = null;
  /** What people have written: it arrives late, perhaps twice, perhaps by another door. */
  readonly #written: Written[] = [];

  constructor({ limits, prefetch, child, curious = false }: Scenario, watch: (step: Step) => void) {
    this.#curious = curious;
    const policy = policyWith(limits);
    this.policy = { ...policy, agent: { ...policy.agent, prefetch } };
    this.#watch = watch;
    const parent = child ? { runId: "run_0", callId: "a", depth: 1 } : null;
    this.command(launch({ parent }));
  }

  take(move: Move): void {
    if (move.who === "world") this.#perform(move.luck);
    if (move.who === "people") this.command(this.#wish(move.act, move.luck));
    if (move.who === "crash") {
      this.#asked = null;
      this.#running = null;
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
    return 1_700_000_000_000 + this.events.length;
  }

  /** The engine's rule: facts are recorded unless the run has ended. */
  #fact(...events: EventBody[]): void {
    if (!hasEnded(this.state)) this.#append(events);
  }

  #append(bodies: readonly EventBody[]): void {
    const before = this.state;
    const from = this.events.length;
    let next = bodies;
    for (let rounds = 0; next.length > 0; rounds++) {
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

  #wish(act: number, luck: number): Command {
    const actor = actors[luck % actors.length] ?? dana;
    const open = this.state.questions;
    const question = open[luck % Math.max(1, open.length)];
    const id = question?.id ?? "run_1.1";
    if (act < (this.#curious ? 70 : 12)) return this.#arrives(luck, actor) ?? say("hello", actor);
    if (act < 25) return say(["hello", "continue", "stop", "2."][luck % 4] ?? "", actor);
    if (act < 55 && question?.kind === "approval") {
      if (luck % 5 === 0) return refuse(id, "no", actor);
      return luck % 5 === 1 ? edit(id, { version: "v9" }, actor) : approve(id, actor);
    }
    if (act < 60) return answer(question?.choices[luck % 3]?.value ?? "blue", luck % 7 ? id : null, actor);
    if (act < 75) return { ...pause, actor } as Command;
    if (act < 95) return { ...resume, actor } as Command;
    if (act < 97) return { ...cancel, actor } as Command;
    const undoable = this.state.settled.filter(({ undo }) => undo !== undefined);
    const approved = undoable[luck % Math.max(1, undoable.length)];
    if (approved && act === 97) return undo(approved.id, actor);
    const event = luck % 3 ? "ci" : "other";
    return { type: "deliver_event", event, payload: "green", actor, via: { channel: "webhook" } };
  }

  /** Somebody writes, or what was written arrives: in the thread, or by a door where it names a question or none. */
  #arrives(luck: number, actor: Actor): Command | null {
    const open = this.state.questions;
    const shown = open[luck % Math.max(1, open.length)] ?? null;
    if (luck % 3 === 0 && this.#written.length < 5) {
      const text = ["blue", "run", "continue", "yes", "which?"][luck % 5] ?? "";
      this.#written.push({ text, at: this.#now, aimedAt: shown?.id ?? null });
      return null;
    }
    const index = luck % Math.max(1, this.#written.length);
    const written = this.#written[index];
    if (!written) return null;
    // Every other time it arrives once more.
    if (luck % 2) this.#written.splice(index, 1);
    if (luck % 7 === 1) return answer(written.text, null, actor);
    if (luck % 7 === 2) return answer(written.text, luck % 4 ? written.aimedAt : "run_9.1", actor);
    return saidAt(written.at, written.text, actor);
  }

  #perform(luck: number): void {
    if (this.#asked) this.#modelAnswers(this.#asked, luck);
    else if (this.#running) this.#callEnds(this.#running, luck);
    else if (this.effect.type === "call_model") this.#asked = this.state;
    else if (this.effect.type === "run_calls") this.#runCalls(this.effect.callIds, luck);
    else if (this.effect.type === "ask_approval") this.#askApproval(this.effect.callId);
    else if (this.effect.type === "reconcile") this.#reconcile(this.effect.callId, luck);
    else if (this.effect.type === "rest") this.command(this.#help(luck));
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

  /** Somebody sees that the run waits, and does what it waits for. */
  #help(luck: number): Command {
    const question = this.state.questions[0];
    if (!question || this.state.phase.at === "paused") return resume;
    const way = this.state.settled.find((settled) => settled.undo?.asked === null);
    if (way && luck % 3 === 0) return undo(way.id, oncall);
    const id = question.id;
    if (question.kind === "approval") return approve(id, person(`p${luck % 3}`));
    if (question.choices.length === 0) return answer("blue", id);
    // Mostly on, seldom stop.
    return answer((luck % 12 ? question.choices[luck % 2] : question.choices.at(-1))?.value ?? "", id);
  }

  #modelAnswers(asked: State, luck: number): void {
    this.#asked = null;
    const now = this.state;
    const stands =
      underPause(now.phase).at === "thinking" && now.heard === asked.heard && now.steps === asked.steps;
    if (luck % 20 === 0) {
      const retryAt = 9_000 + luck;
      if (stands) this.#fact({ type: "model_failed", code: "overloaded", message: "busy", retryAt });
    } else if (stands) this.#fact(this.#choice(luck));
    else this.#fact({ type: "decision_dropped", usage: used(luck), model: "m", ms: 1 });
  }

  #choice(luck: number): EventOf<"model_answered"> {
    const usage = used(luck * 2, 0.001);
    if (luck % 23 === 1) return model({ usage, text: luck % 2 ? "It is done." : " " });
    if (luck % 23 === 2) return model({ usage, cut: "length", calls: [this.#call(luck)] });
    if (luck % 199 === 3) return model({ usage, refusal: "no" });
    const count = 1 + (luck % 4);
    return model({ usage, calls: Array.from({ length: count }, (_, n) => this.#call(luck * 7 + n * 5)) });
  }

  #call(luck: number): ChosenCall {
    this.#made += 1;
    const id = `c${this.#made}`;
    const args = { version: `v${luck % 3}` };
    if (this.#curious && luck % 3) return ask(id, `which ${luck % 5}?`);
    const kinds: (() => ChosenCall)[] = [
      () => call(id, "look", args),
      () => call(id, "fetch", args),
      () => call(id, "tag", args),
      () => call(id, "restart", args),
      () => call(id, "deploy", args),
      () => call(id, "destroy", args),
      () => ask(id, `which ${luck % 5}?`),
      () => call(id, "sleep_until", { seconds: 5 }),
      () => call(id, "wait_for_event", { event: "ci", timeout_seconds: 5 }),
      () => call(id, "hand_off", { agent: "helper", task: "find it" }),
      () => call(id, "nonsense"),
      () => ({ ...call(id, "tag", "{"), error: { code: "invalid_json", message: "not JSON" } }),
      () => (luck % 4 ? call(id, "look", args) : final(id, "done")),
    ];
    return (kinds[luck % kinds.length] ?? (() => final(id, "done")))();
  }

  #runCalls(ids: readonly string[], luck: number): void {
    const [first] = ids;
    if (!first) return;
    const now = findCall(this.state, first);
    if (this.policy.tools[now?.tool ?? ""]?.effect === "read") {
      const untrusted = (id: string) => toolOf(this.state, id) === "fetch";
      const out = `out ${luck} `.repeat(luck % 40);
      this.#fact(...ids.map((id, n) => ((luck + n) % 5 ? finished(id, out, untrusted(id)) : failed(id))));
      return;
    }
    this.#running = first;
    this.#fact(started(first, (now?.attempts ?? 0) + 1));
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
    const spec = this.policy.tools[tool];
    const need = spec ? (approvalFor(spec, this.state)?.count ?? 1) : 1;
    this.#fact(askedApproval(questionId(this.state), id, tool, need));
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
