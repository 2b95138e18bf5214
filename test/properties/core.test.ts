/** What holds for every run in every world: checked on random sequences; a failure prints its seed and its path. */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { answerTo, choiceNamed, denySettling } from "../../src/core/admit/answer.ts";
import type { Policy } from "../../src/core/agent.ts";
import { approvalFor } from "../../src/core/approval-rule.ts";
import type { Command } from "../../src/core/command.ts";
import { compose } from "../../src/core/compose.ts";
import { decide } from "../../src/core/decide/decide.ts";
import type { EventOf, RunEvent } from "../../src/core/event.ts";
import { messageSchema } from "../../src/core/message.ts";
import { narrate } from "../../src/core/narrate/narrate.ts";
import type { ModelInput } from "../../src/core/ports/model.ts";
import type { Question } from "../../src/core/question.ts";
import { entriesOf } from "../../src/core/reduce/entries.ts";
import { initial } from "../../src/core/reduce/launch.ts";
import { reduce } from "../../src/core/reduce/reduce.ts";
import {
  type Entry,
  hasEnded,
  type OpenQuestion,
  pendingCalls,
  type State,
  statusOf,
} from "../../src/core/state.ts";
import { decodeEvent, encodeEvent } from "../../src/core/store/codec.ts";
import { type Scenario, scenario } from "../support/core/scenario.ts";
import { RandomRun, type Step } from "../support/random-run.ts";

type Of<T extends Command["type"]> = Extract<Command, { type: T }>;

/** Drives random runs; `watch` sees each commit of each, `end` each run at last. */
function everyRun(
  numRuns: number,
  watcher: () => { watch?(step: Step): void; end?(run: RandomRun): void },
  change: Partial<Scenario> = {},
): void {
  fc.assert(
    fc.property(scenario, (chosen: Scenario) => {
      const { watch = () => {}, end = () => {} } = watcher();
      const run = new RandomRun({ ...chosen, ...change }, watch);
      for (const move of chosen.moves) run.take(move);
      end(run);
    }),
    { numRuns },
  );
}

/** Throwing is quicker than `expect` in a loop of a hundred thousand. */
function must(holds: boolean, what: string, ...about: unknown[]): asserts holds {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(about)}`);
}

const stored = (event: RunEvent) => decodeEvent(encodeEvent(event), { runId: "run_1", version: 0 });

test("replaying any prefix, also from the store, gives the state that was live", () => {
  everyRun(300, () => {
    let replayed: State = initial;
    return {
      watch({ events, after }) {
        for (const event of events) replayed = reduce(replayed, stored(event));
        must(isDeepStrictEqual(replayed, after), "replay differs", events);
        must(isDeepStrictEqual(JSON.parse(JSON.stringify(after)), after), "not plain JSON", events);
      },
    };
  });
});

test("every call has exactly one result, right behind its answer, before the model is asked again and at the end", () => {
  everyRun(800, () => ({
    watch({ after, effect }) {
      if (effect.type === "call_model" || hasEnded(after)) checkResults(entriesOf(after));
      if (effect.type === "call_model") must(after.queued.length === 0, "words were kept back");
    },
  }));
});

function checkResults(entries: readonly Entry[]): void {
  const all = entries.filter((entry) => entry.type === "result").map((entry) => entry.callId);
  must(new Set(all).size === all.length, "a call has two results", all);
  entries.forEach((entry, index) => {
    if (entry.type !== "model") return;
    const wanted = entry.answer.calls.map((one) => one.id).sort();
    const behind = entries.slice(index + 1, index + 1 + wanted.length);
    const got = behind.map((one) => (one.type === "result" ? one.callId : one.type)).sort();
    must(isDeepStrictEqual(got, wanted), "results and calls differ", wanted, got);
  });
  const known = new Set(
    entries.flatMap((entry) => (entry.type === "model" ? entry.answer.calls.map(({ id }) => id) : [])),
  );
  must(
    all.every((id) => known.has(id)),
    "a result without its call",
    all,
  );
}

test("nothing follows an end, and nothing can change it", () => {
  everyRun(800, () => {
    let over = false;
    return {
      watch({ events, after }) {
        must(!over, "an event after the end", events);
        over = hasEnded(after);
        const terminal = events.findIndex(({ type }) => ["completed", "failed", "cancelled"].includes(type));
        must(terminal === -1 || terminal === events.length - 1, "not the last event", events);
        must((terminal !== -1) === over, "the end and its event belong together", events);
      },
      end(run) {
        if (!over) return;
        const before = narrate(run.state);
        for (const event of run.events) {
          const { version: _, updatedAt: __, ...rest } = reduce(run.state, event);
          const { version: ___, updatedAt: ____, ...last } = run.state;
          must(isDeepStrictEqual(rest, last), "the end was changed", event);
        }
        expect(narrate(run.state)).toEqual(before);
      },
    };
  });
});

test("each request begins with the former one unless a compaction lies between, and is what the log says", () => {
  everyRun(300, () => {
    let former: readonly ModelInput[] = [];
    return {
      watch({ events, after, effect, policy }) {
        if (events.some((event) => event.type === "compacted")) former = [];
        if (effect.type !== "call_model") return;
        const { input } = compose(after, policy.agent, policy.tools);
        former.forEach((item, index) => {
          must(item === input[index] || isDeepStrictEqual(item, input[index]), "the prefix changed", index);
        });
        const fresh = compose(structuredClone(after), policy.agent, policy.tools);
        must(isDeepStrictEqual(fresh.input, input), "what was told is not what the log says");
        former = input;
      },
    };
  });
});

test("status, phase and effect agree: what runs is driven, what rests waits for somebody or something", () => {
  everyRun(800, () => ({
    watch({ after, effect, policy }) {
      const status = statusOf(after);
      const at = after.phase.at;
      must(hasEnded(after) === ["complete", "failed", "cancelled"].includes(status), "ended", status, at);
      must((at === "paused") === (status === "paused"), "paused", status, at);
      must((at === "limited") === (status === "max_steps_reached"), "limited", status, at);
      if (status === "running") must(effect.type !== "rest", "it says that it runs, and rests", after.phase);
      if (status === "waiting_human_input") must(after.questions.length > 0, "nobody is asked", after.phase);
      if (status === "sleeping") must(effect.type !== "call_model", "it sleeps", effect);
      if (effect.type === "rest" && !hasEnded(after)) {
        const waits = ["paused", "waiting_human_input", "max_steps_reached"].includes(status);
        must(waits, "it rests without a reason", status, after.phase);
      }
      must(isDeepStrictEqual(decide(after, policy), effect), "decide is not a function");
    },
  }));
});

test("questions: open while they are waited for, never after the end, settled once", () => {
  everyRun(800, () => {
    const asked = new Set<string>();
    const settled = new Set<string>();
    return {
      watch({ events, after }) {
        for (const event of events) {
          if (event.type !== "question_asked") continue;
          must(!asked.has(event.question.id), "an id was used twice", event.question.id);
          asked.add(event.question.id);
        }
        for (const question of after.settled) settled.add(question.id);
        for (const { id } of after.questions) must(asked.has(id) && !settled.has(id), "open again", id);
        if (!hasEnded(after)) return;
        must(after.questions.length === 0, "open after the end");
        must(settled.size === asked.size, "neither open nor settled", [...asked], [...settled]);
      },
    };
  });
});

test("words settle a question only if it was asked before them and they can mean no other, and never what takes a button", () => {
  let settledByWords = 0;
  const watcher = () => ({
    watch({ before, events, command, policy }: Step) {
      for (const event of events) {
        if (event.type === "approval_granted" || event.type === "approval_refused") {
          const wanted = event.type === "approval_granted" ? "approve" : "refuse";
          const named = command?.type === wanted && command.questionId === event.questionId;
          must(named, "an approval was settled by something else", command, event);
        }
        if (event.type !== "question_answered") continue;
        const question = before.questions.find(({ id }) => id === event.questionId);
        must(question !== undefined, "a question was answered that was not open", event);
        if (command?.type === "provide_input") checkNamed(command.questionId, before, event);
        else if (command?.type === "say") {
          settledByWords += 1;
          checkLoose(command, question, before, policy);
        } else must(false, "a question was answered by nobody", command, event);
      }
    },
  });
  everyRun(300, watcher);
  everyRun(700, watcher, { curious: true });
  expect(settledByWords).toBeGreaterThan(20);
});

function checkNamed(questionId: string | null, before: State, event: EventOf<"question_answered">): void {
  must(questionId === null || questionId === event.questionId, "another was named", event);
  if (questionId !== null) return;
  must(before.questions.length === 1, "none was named, and several were open", event);
  const isRunAgain = before.questions[0]?.kind === "doubt" && event.answer === "run";
  must(!isRunAgain, "a call was run again by a word that named no question", event);
}

function checkLoose(said: Of<"say">, question: OpenQuestion, before: State, policy: Policy): void {
  const { actor, text, writtenAt = Number.POSITIVE_INFINITY } = said;
  const isWordy = (kind: Question["kind"]) => kind === "ask" || kind === "stuck";
  must(isWordy(question.kind), "words settled what takes a button", said, question);
  must(question.askedAt <= writtenAt, "asked after the words were written", said, question);
  const isMine = (one: Question) => denySettling(one, actor, before, policy) === null;
  const others = before.questions.filter((one) => one.id !== question.id && isMine(one));
  const isChosen = choiceNamed(question, text) !== null;
  const unmeant = isChosen ? others.filter((one) => answerTo(one, text) !== null) : others;
  must(unmeant.length === 0, "another question was open", said, unmeant);
  const passed = before.settled.filter(
    (one) =>
      one.askedAt <= writtenAt &&
      one.settledAt > writtenAt &&
      one.outcome.kind === "answered" &&
      answerTo(one, text) !== null,
  );
  must(
    !passed.some((one) => isWordy(one.kind) && isMine(one)),
    "another was meant, and settled",
    said,
    passed,
  );
}

test("a once call starts again only on a person's word or the tool's, and one that needs approval never without", () => {
  everyRun(800, () => {
    const spent = new Set<string>();
    return {
      watch({ before, events, policy }) {
        for (const event of events) {
          if (event.type === "call_cleared") spent.delete(event.callId);
          if (event.type === "question_answered" && event.answer === "run") {
            const doubt = before.questions.find((question) => question.id === event.questionId);
            spent.delete(doubt?.callId ?? "");
          }
          if (event.type !== "call_started") continue;
          const call = pendingCalls(before).find((one) => one.id === event.callId);
          const spec = policy.tools[call?.tool ?? ""];
          if (!call || !spec) throw new Error("an unknown call was started");
          must(!approvalFor(spec, before) || call.approvedHash !== null, "started without approval", call);
          must(call.undoes === undefined || call.approvedHash !== null, "undone without approval", call);
          must(spec.effect !== "once" || !spent.has(call.id), "started twice", call);
          spent.add(call.id);
        }
      },
    };
  });
});

test("what is counted only grows, and the total of steps is passed by one at most, on a person's word", () => {
  const words = new Set(["question_answered", "approval_granted", "approval_refused", "resumed"]);
  everyRun(300, () => {
    let spoken = false;
    return {
      watch({ before, events, after, policy }) {
        const { totalSteps } = policy.agent.limits;
        spoken ||= before.steps >= totalSteps && events.some((event) => words.has(event.type));
        must(after.steps <= totalSteps + (spoken ? 1 : 0), "too many steps", after.steps);
        must(after.steps >= before.steps && after.usage.inputTokens >= before.usage.inputTokens, "it shrank");
        must(after.readUntrusted || !before.readUntrusted, "untrusted text was forgotten");
        must(after.version > before.version, "the version did not grow");
      },
    };
  });
});

test("the chat: unique keys, drawable bodies, six lines, a post for each open question, of settled ones only a way back", () => {
  everyRun(300, () => ({
    watch({ after }) {
      const posts = narrate(after);
      const keys = posts.map((post) => post.key);
      must(new Set(keys).size === keys.length, "two posts with one key", keys);
      for (const { id } of after.questions)
        must(keys.includes(`question:${id}`), "a question without a post", id);
      for (const { key, body } of posts) {
        must(messageSchema.safeParse(body).success, "not drawable", body);
        const lines = body.blocks.flatMap((block) => (block.type === "steps" ? block.lines : []));
        must(lines.length <= 6, "too many lines", lines.length);
        const open = after.questions.some(({ id }) => key === `question:${id}`);
        const buttons = body.blocks.flatMap((block) => (block.type === "actions" ? block.buttons : []));
        const isDecided = buttons.every(({ action }) => action === "undo");
        if (key.startsWith("question:")) must(open !== isDecided, "buttons of a settled question", key);
      }
    },
  }));
});
