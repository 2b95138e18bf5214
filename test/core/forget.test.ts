/** Forgetting a run: who may, which one, and what of it is left in the log. */
import { describe, expect, it, test } from "vitest";
import type { Actor } from "../../src/core/actor.ts";
import { admit } from "../../src/core/admit/admit.ts";
import { forgottenRefusal } from "../../src/core/admit/forget.ts";
import type { Launch } from "../../src/core/command.ts";
import type { RunEvent } from "../../src/core/event.ts";
import { initial } from "../../src/core/reduce/launch.ts";
import { fold } from "../../src/core/reduce/reduce.ts";
import { type State, statusOf } from "../../src/core/state.ts";
import { operator } from "../support/bot.ts";
import { launch } from "../support/core/commands.ts";
import { dana, person, policyWith } from "../support/core/policy.ts";

const canary = "canary-5up3r-s3cret";
const policy = policyWith();
const via = { channel: "api" };
const machine = (scopes: Actor["scopes"]): Actor => ({
  ...person("ci", { kind: "machine" }),
  principal: "token:ci",
  ...(scopes ? { scopes } : {}),
});

/** `at`: ms; each event a second after the one before it. */
function log(...bodies: readonly object[]): RunEvent[] {
  return bodies.map((body, index) => ({ ...body, at: 1_000 * (index + 1) }) as RunEvent);
}

function launched(parent: Launch["parent"] = null): object {
  const command = launch({ task: canary, parent });
  const admission = admit(initial, command, policy);
  if (!admission.ok) throw new Error(admission.refusal.message);
  return admission.events[0] ?? {};
}

const ends = {
  complete: { type: "completed", answer: canary },
  failed: { type: "failed", code: "internal", message: canary },
  cancelled: { type: "cancelled", reason: canary, from: dana },
} as const;

function forget(state: State, actor: Actor = operator, below = false) {
  return admit(state, { type: "forget", below, actor, via }, policy);
}

describe("who may", () => {
  const ended = fold(log(launched(), ends.complete));
  test.each([
    ["the owner", operator, null],
    ["a token for administrators", machine(["admin"]), null],
    [
      "a token with every other scope",
      machine(["launch", "read", "answer", "approve", "control"]),
      "insufficient_scope",
    ],
    ["whoever started it, though the lists allow them everything", dana, "not_allowed"],
    ["a guest", person("guest", { guest: true }), "not_allowed"],
  ] as const)("%s", (_, actor, code) => {
    const admission = forget(ended, actor);
    expect(admission.ok ? null : admission.refusal.code).toBe(code);
  });
});

it("is refused with words while the run lives, and for a part of another run", () => {
  const live = fold(log(launched()));
  expect(forget(live)).toMatchObject({
    ok: false,
    refusal: { code: "run_busy", message: expect.stringContaining("Stop it first") },
  });
  const child = fold(log(launched({ runId: "run_0", callId: "a", depth: 1 }), ends.complete));
  expect(forget(child)).toMatchObject({ ok: false, refusal: { code: "part_of_a_run", runId: "run_0" } });
  expect(forget(child, operator, true)).toMatchObject({ ok: true });
});

test.each(["complete", "failed", "cancelled"] as const)(
  "of a run that is %s its id, times, people and end are left, from the whole log and from what is left of it",
  (end) => {
    const events = log(launched(), ends[end]);
    const before = fold(events);
    const admission = forget(before);
    if (!admission.ok) throw new Error(admission.refusal.message);
    const [body] = admission.events;
    if (body?.type !== "forgotten") throw new Error(`it says ${body?.type}`);
    const last = { ...body, at: 9_000 };
    const state = fold([...events, last]);
    expect(fold([last])).toEqual(state);
    expect(JSON.stringify([last, state])).not.toContain(canary);
    expect(state).toMatchObject({
      ...{ runId: before.runId, version: 3, launchedAt: 1_000, updatedAt: 2_000, from: before.from },
      ...{ agent: before.agent, forgotten: { from: { principal: "console:local" }, at: 9_000 } },
    });
    expect(statusOf(state)).toBe(end);
    expect(forgottenRefusal(state, true)?.message).toMatch(/forgotten by dana at .* started by dana at /);
  },
);

it("is once, and nothing can be asked of it any more but that it began", () => {
  const events = log(launched(), ends.complete);
  const admission = forget(fold(events));
  const state = fold([...events, ...log(...(admission.ok ? admission.events : []))]);
  const by = { actor: operator, via };
  const codes = [
    forget(state),
    admit(state, { type: "say", text: "hello", ...by }, policy),
    admit(state, { type: "resume", ...by }, policy),
    admit(state, { type: "undo", questionId: "q", ...by }, policy),
    admit(state, launch(), policy),
  ].map((answer) => (answer.ok ? "accepted" : answer.refusal.code));
  expect(codes).toEqual([...Array(4).fill("run_forgotten"), "already_launched"]);
});

it("names nobody to those who may not read it: the holder of an event's URL, a stranger at a button", () => {
  const events = log(launched(), ends.complete);
  const admission = forget(fold(events));
  const state = fold([...events, ...log(...(admission.ok ? admission.events : []))]);
  const machineAtUrl = { ...machine(undefined), principal: "webhook:event" as const };
  const closed = { ...policy, rights: { ...policy.rights, read: ["requester"] } };
  const said = [
    admit(state, { type: "deliver_event", event: "built", payload: "{}", actor: machineAtUrl, via }, closed),
    admit(state, { type: "say", text: "hello", actor: person("guest", { guest: true }), via }, closed),
    admit(state, { type: "say", text: "hello", actor: dana, via }, closed),
  ].map((answer) => (answer.ok ? "accepted" : answer.refusal.message));
  expect(said).toEqual([
    `Run ${state.runId} was forgotten. Start a new one.`,
    `Run ${state.runId} was forgotten. Start a new one.`,
    expect.stringMatching(/was forgotten by dana at /),
  ]);
});
