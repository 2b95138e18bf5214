/** Sentences about the pure core: given these events, when this is asked or happens, then these events follow. */
import { expect } from "vitest";
import { admit } from "../../src/core/admit/admit.ts";
import type { Policy } from "../../src/core/agent.ts";
import type { Command, Refusal } from "../../src/core/command.ts";
import { compose } from "../../src/core/compose.ts";
import { decide } from "../../src/core/decide/decide.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { EventBody, RunEvent } from "../../src/core/event.ts";
import type { ModelRequest } from "../../src/core/ports/model.ts";
import { entriesOf } from "../../src/core/reduce/entries.ts";
import { initial } from "../../src/core/reduce/launch.ts";
import { fold } from "../../src/core/reduce/reduce.ts";
import { type State, statusOf } from "../../src/core/state.ts";
import type { Status } from "../../src/core/text/status.ts";
import { launch } from "./core/commands.ts";
import { call, chose, finished } from "./core/events.ts";
import { policyWith } from "./core/policy.ts";

type Expected = Partial<EventBody> | EventBody["type"];

export class Story {
  readonly state: State;
  readonly events: readonly RunEvent[];
  /** What the last `when` led to. */
  readonly news: readonly RunEvent[];
  readonly refusal: Refusal | null;
  readonly policy: Policy;

  constructor(
    policy: Policy,
    events: readonly RunEvent[],
    news: readonly RunEvent[],
    refusal: Refusal | null,
  ) {
    this.policy = policy;
    this.events = events;
    this.news = news;
    this.refusal = refusal;
    this.state = fold(events);
  }

  /** People's commands pass `admit`, anything else simply happened; what follows from it is recorded with it. */
  when(...what: (Command | EventBody | EventBody[])[]): Story {
    let story: Story = new Story(this.policy, this.events, [], null);
    for (const one of what.flat()) {
      const next = isCommand(one) ? story.#ask(one) : story.#happen([one]);
      story = new Story(this.policy, next.events, [...story.news, ...next.news], next.refusal);
    }
    return story;
  }

  // biome-ignore lint/suspicious/noThenProperty: a story is a sentence and never awaited
  then(...expected: Expected[]): Story {
    expect(this.refusal).toBeNull();
    const wanted = expected.map((one) => (typeof one === "string" ? { type: one } : one));
    expect(this.news).toMatchObject(wanted);
    return this;
  }

  refused(code: Refusal["code"], words?: string): Story {
    expect(this.refusal).toMatchObject({ code });
    if (words !== undefined) expect(this.refusal?.message).toContain(words);
    return this;
  }

  wants(effect: Partial<Effect>): Story {
    expect(this.effect).toMatchObject(effect);
    return this;
  }

  is(status: Status): Story {
    expect(statusOf(this.state)).toBe(status);
    return this;
  }

  /** Results that the model would be shown, by call id. */
  get results(): Record<string, string> {
    const results = entriesOf(this.state).filter((entry) => entry.type === "result");
    expect(new Set(results.map((entry) => entry.callId)).size).toBe(results.length);
    return Object.fromEntries(results.map((entry) => [entry.callId, entry.output]));
  }

  /** The same events, looked at by another release or configuration. */
  under(policy: Policy): Story {
    return new Story(policy, this.events, [], null);
  }

  get effect(): Effect {
    return decide(this.state, this.policy);
  }

  get request(): ModelRequest {
    return compose(this.state, this.policy.agent, this.policy.tools);
  }

  /** The id of the only open question. */
  get question(): string {
    expect(this.state.questions).toHaveLength(1);
    return this.state.questions[0]?.id ?? "";
  }

  #ask(command: Command): Story {
    const admission = admit(this.state, command, this.policy);
    return admission.ok
      ? this.#happen(admission.events)
      : new Story(this.policy, this.events, [], admission.refusal);
  }

  #happen(bodies: readonly EventBody[]): Story {
    let events = this.events;
    let next = bodies;
    for (let rounds = 0; next.length > 0; rounds++) {
      if (rounds > 50) throw new Error("decide records for ever");
      const at = 1_700_000_000_000 + events.length * 1000;
      events = [...events, ...next.map((body): RunEvent => ({ ...body, at }))];
      const effect = decide(fold(events, initial), this.policy);
      next = effect.type === "record" ? effect.events : [];
    }
    return new Story(this.policy, events, events.slice(this.events.length), null);
  }
}

const commands = new Set([
  "launch",
  "say",
  "provide_input",
  "approve",
  "edit",
  "refuse",
  "undo",
  "deliver_event",
  "pause",
  "resume",
  "cancel",
]);

function isCommand(what: Command | EventBody): what is Command {
  return commands.has(what.type);
}

export function nobody(policy = policyWith()): Story {
  return new Story(policy, [], [], null);
}

/** A launched run with the usual limits, to which this happened. */
export function given(...what: (Command | EventBody | EventBody[])[]): Story {
  return under(policyWith(), ...what);
}

/** The same under another policy. */
export function under(policy: Policy, ...what: (Command | EventBody | EventBody[])[]): Story {
  return nobody(policy).when(launch(), ...what);
}

/** So many more steps that read something, always something else. */
export function steps(run: Story, count: number, from = 0): Story {
  let story = run;
  for (let n = from; n < from + count; n++) {
    story = story.when(chose(call(`c${n}`, "look", { version: `v${n}` })), finished(`c${n}`, `out ${n}`));
  }
  return story;
}
