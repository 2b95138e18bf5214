/** The timeline has words for whatever can happen to a run: none is left out, none is called by its type. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { channelTitles } from "../../src/config/channels.ts";
import { cost, learnTitles } from "../../src/console/parts/words.ts";
import { linesOf } from "../../src/console/run/lines.ts";
import { type EventBody, type EventType, eventBodySchema } from "../../src/core/event.ts";
import { decodeEvent, type StoredEvent } from "../../src/core/store/codec.ts";
import type { WireEvent } from "../../src/http/wire/events.ts";
import { noUsage } from "../support/model/scripted.ts";

// As the session tells them to the console.
learnTitles(channelTitles);

/** What a person reads of each event of the golden log, which holds one of every type. */
const words: Record<EventType, string> = {
  launched: "dana started the run (Slack)",
  heard: "oncall said: please hurry",
  address_became: "thread opened in Slack",
  prefetched: "list_services looked up before the first step → checkout",
  model_answered: "asked the model · 852 tokens",
  model_failed: "the model did not answer · next try",
  decision_dropped: "somebody spoke while the model was thinking",
  call_started: "add(2, 3)",
  call_finished: "add(2, 3) → 5",
  call_failed: "failed",
  call_doubted: "restart_service(checkout, true) · not known whether it ran",
  call_suspended: "add(2, 3) · its tool asks people",
  call_cleared: "restart_service(checkout, true) · did not run, may start again",
  job_begun: "its work goes on",
  call_progressed: "half of it is done",
  job_cancelled: "The work was stopped.",
  call_verified: "it helped",
  call_slept: "waits for the event ci",
  event_arrived: "event ci arrived",
  child_launched: "waits for the run it started",
  question_asked: "asked U2 to approve restart_service(checkout)",
  question_answered: "dana answered blue (Slack)",
  approval_granted: "oncall approved with soft: none → true",
  call_edited: "oncall changed soft: none → false",
  approval_refused: "oncall refused: not now",
  approval_voided: "approval no longer holds the version changed",
  post_returned: "not reached oncall@example.com: the mailbox is full (5.2.2)",
  tool_looked_for: "tool is gone what waits for it can't run until it is back",
  undo_asked: "dana asked to undo it by restart_service (Slack)",
  undo_ended: "undone it is back",
  nudged: "reminded the model it answered without a tool",
  limit_reached: "step limit reached resume grants as many steps again",
  compacted: "shortened the context",
  paused: "dana paused it (Slack)",
  resumed: "dana let it go on (Slack)",
  woke: "the model did not answer",
  recovered: "restarted carried on where it was",
  cancel_requested: "dana stopped it (Slack)",
  completed: "complete",
  failed: "failed",
  cancelled: "cancelled by dana",
  forgotten: "dana had it forgotten",
};

const file = join(import.meta.dirname, "../fixtures/golden/0.2.0/events.jsonl");

function goldenEvents(): WireEvent[] {
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line, index) => {
      const place = { runId: "run_1", version: index + 1 };
      const { at, ...data } = decodeEvent(JSON.parse(line) as StoredEvent, place);
      return { version: place.version, at, type: data.type, data };
    });
}

/** The line that tells of the last of these events, as it stood then. */
function lastTold(events: readonly WireEvent[]): string {
  const version = events.length;
  const line = linesOf(events, new Set()).findLast(({ versions }) => versions.includes(version));
  if (!line) return "no line tells of it";
  return `${line.title}${line.detail.startsWith("(") ? "" : " "}${line.detail}`;
}

test("what an approver changed is what the timeline shows from then on", () => {
  const from = { principal: "slack:T1/U2", name: "oncall" };
  const chosen = { id: "c1", tool: "restart", input: { environment: "production" } };
  const shown = { tool: "restart", input: chosen.input, hash: "h", preview: null };
  const said = {
    text: null,
    refusal: null,
    cut: null,
    items: [],
    provider: "p",
    model: "m",
    promptHash: "p",
  };
  const asked = { context: null, choices: [], freeText: false, audience: ["*"], need: 1 };
  const bodies: EventBody[] = [
    { type: "model_answered", calls: [chosen], usage: noUsage, ms: 1, ...said },
    {
      type: "question_asked",
      question: { id: "q", kind: "approval", callId: "c1", text: "May I?", call: shown, ...asked },
    },
    {
      type: "approval_granted",
      questionId: "q",
      edited: true,
      input: { environment: "staging" },
      hash: "h2",
      from,
      via: { channel: "slack" },
    },
    { type: "call_started", callId: "c1", attempt: 1, key: "k" },
    { type: "call_finished", callId: "c1", output: "restarted", omitted: 0, ms: 1, untrusted: false },
  ];
  const events = bodies.map((data, index) => ({ version: index + 1, at: index, type: data.type, data }));
  expect(lastTold(events)).toBe("restart(staging) → restarted");
});

test("a run that was left for want of a tool is told apart from one whose tool is gone", () => {
  const data: EventBody = { type: "tool_looked_for", questionId: "q", found: false, elsewhere: true };
  const left = lastTold([{ version: 1, at: 1, type: data.type, data }]);
  expect(left).toBe("left to another process this one has not the tool that the call needs");
});

describe("the timeline", () => {
  const events = goldenEvents();
  const types = eventBodySchema.options.map((option) => option.shape.type.value);

  it("says of money what it was, also below a cent", () => {
    expect([0.0004, 0.01, 1.5].map(cost)).toEqual(["< $0.01", "$0.01", "$1.50"]);
  });

  it.each(types)("tells of %s in words", (type) => {
    const at = events.findIndex((event) => event.type === type);
    expect(at, "the golden log holds one").toBeGreaterThanOrEqual(0);
    const told = lastTold(events.slice(0, at + 1));
    expect(words[type], `the words of ${type}`).toBeTruthy();
    expect(told).toContain(words[type]);
    expect(told).not.toMatch(/undefined|null|_became|\[object/);
  });
});
