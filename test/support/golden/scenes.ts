/**
 * One run for each place where a run can stand: how it got there, how it is known, how it goes on, and how it ends.
 * One table, as long as there are places: which of them is missing is seen nowhere else.
 */
import type { State } from "../../../src/core/state.ts";
import { ask, call, calling, finalAnswer, noUsage } from "../model/scripted.ts";
import {
  answer,
  answerChild,
  approve,
  asks,
  callIs,
  cancel,
  childOf,
  ends,
  event,
  isAt,
  longAsk,
  looks,
  on,
  oncall,
  pause,
  questionOf,
  resume,
  type Scene,
  tell,
} from "./scene.ts";

export const goldenScenes: readonly Scene[] = [
  // ---- the model -----------------------------------------------------------------------------------------------
  {
    task: "wait for a model that never answered",
    address: "slack:T1/C1/new:golden-1",
    answers: [finalAnswer("done")],
    model: { hangs: 0 },
    stands: isAt("thinking"),
    end: ends(),
  },
  {
    task: "try an overloaded model again later",
    answers: [finalAnswer("done")],
    model: { fails: 0 },
    stands: ({ phase }) => phase.at === "thinking" && phase.retryAt !== null,
    end: ends(),
  },
  {
    task: "look something up beforehand",
    agent: "watcher",
    answers: [finalAnswer("done")],
    stands: ({ prefetch }) => prefetch.length === 1,
    end: ends(),
  },
  {
    task: "remind the model of its tools",
    answers: [{ text: "It is seven." }, { text: "It is seven." }],
    model: { hangs: 1 },
    stands: ({ nudges }) => nudges.no_call === 1,
    end: ends("It is seven."),
  },
  {
    task: "make a long story short",
    agent: "narrow",
    answers: (told) =>
      told.includes("that will do") ? finalAnswer("done") : told.includes("look") ? longAsk : looks(),
    stands: asks("ask"),
    goOn: answer("that will do"),
    end: ends(),
  },
  // ---- calls ---------------------------------------------------------------------------------------------------
  {
    task: "tag what was chosen",
    address: "discord:G1/C1/1",
    answers: [on("tag", "checkout"), finalAnswer("done")],
    unstarted: true,
    stands: callIs("chosen"),
    end: ends(),
    done: ["tag checkout"],
  },
  {
    task: "restart, and be killed meanwhile",
    address: "discord:G1/C1/2",
    answers: [on("restart", "held"), finalAnswer("done")],
    stands: callIs("started"),
    goOn: async (bot, { runId }) => answer("happened")(bot, await bot.until(runId, asks("doubt"))),
    end: ends(),
    done: [],
  },
  {
    task: "push, and be killed meanwhile",
    answers: [on("push", "held"), finalAnswer("done")],
    stands: callIs("started"),
    end: ends(),
    done: [],
  },
  {
    task: "set a tag, and hear words meanwhile",
    answers: [on("tag", "held"), finalAnswer("done")],
    ready: callIs("started"),
    before: (bot, state) => tell(bot, state.runId, { type: "say", text: "hurry" }),
    stands: ({ queued }) => queued.length === 1,
    end: ends(),
    done: ["tag held"],
  },
  {
    task: "restart, and lose the answer",
    address: "email:00000000000000000000000000000001",
    answers: [on("restart", "lost"), finalAnswer("done")],
    stands: asks("doubt"),
    goOn: answer("run"),
    end: ends(),
    done: ["restart lost"],
  },
  // ---- people --------------------------------------------------------------------------------------------------
  {
    task: "ask which one",
    address: "slack:T1/C1/1700000000.1",
    answers: [calling(ask("Which?", ["a", "b"])), finalAnswer("done")],
    stands: asks("ask"),
    goOn: answer("b"),
    end: ends(),
  },
  {
    task: "ask two people at once",
    answers: [calling(ask("Which?"), ask("When?")), finalAnswer("done")],
    ready: ({ questions }) => questions.length === 2,
    before: answer("this"),
    stands: ({ questions, settled }) => questions.length === 1 && settled.length === 1,
    goOn: answer("now"),
    end: ends(),
  },
  {
    task: "release with one approval",
    address: "webhook:ci/results/0000000000000001",
    answers: [on("release", "checkout"), finalAnswer("done")],
    stands: asks("approval"),
    goOn: approve(),
    end: ends(),
    done: ["release checkout"],
  },
  {
    task: "destroy with two approvals",
    answers: [on("destroy", "staging"), finalAnswer("done")],
    ready: asks("approval"),
    before: approve(oncall),
    stands: ({ questions }) => questions[0]?.approvedBy.length === 1 && questions[0].need === 2,
    goOn: approve(),
    end: ends(),
    done: ["destroy staging"],
  },
  {
    task: "restart what a stranger reported",
    untrusted: true,
    answers: [on("restart", "payments"), finalAnswer("done")],
    stands: (state) => state.readUntrusted && asks("approval")(state),
    goOn: approve(),
    end: ends(),
    done: ["restart payments"],
  },
  {
    task: "get stuck",
    answers: (told) =>
      told.includes("look elsewhere") ? finalAnswer("done") : calling(call("sum_numbers", { a: 1, b: 2 })),
    stands: asks("stuck"),
    goOn: answer("look elsewhere"),
    end: ends(),
  },
  {
    task: "spend the budget",
    answers: [{ ...on("look", "a"), usage: { ...noUsage, inputTokens: 600_000 } }, finalAnswer("done")],
    stands: asks("budget"),
    goOn: answer("continue"),
    end: ends(),
  },
  {
    task: "use up the steps",
    agent: "brief",
    answers: [on("look", "a"), on("look", "b"), finalAnswer("done")],
    stands: isAt("limited"),
    goOn: resume,
    end: ends(),
  },
  // ---- rest ----------------------------------------------------------------------------------------------------
  {
    task: "pause before the model answers",
    answers: [finalAnswer("done")],
    model: { hangs: 0 },
    before: pause,
    stands: ({ phase }) => phase.at === "paused" && phase.next.at === "thinking",
    goOn: resume,
    end: ends(),
  },
  {
    task: "pause, then get the approval",
    answers: [on("release", "search"), finalAnswer("done")],
    ready: asks("approval"),
    before: async (bot, state) => {
      await pause(bot, state);
      await approve()(bot, state);
    },
    stands: (state) => state.phase.at === "paused" && callIs("approved")(state),
    goOn: resume,
    end: ends(),
    done: ["release search"],
  },
  {
    task: "sleep for a while",
    address: "terminal:local",
    answers: [calling(call("sleep_until", { seconds: 1800 })), finalAnswer("done")],
    stands: callIs("sleeping"),
    end: ends(),
  },
  {
    task: "wait until it is built",
    answers: [
      calling(call("wait_for_event", { event: "built", timeout_seconds: 604_800 })),
      finalAnswer("done"),
    ],
    stands: (state) => callIs("sleeping")(state),
    goOn: event,
    end: ends(),
  },
  {
    task: "hear that it is built before waiting",
    answers: [
      calling(ask("Shall I?")),
      calling(call("wait_for_event", { event: "built", timeout_seconds: 604_800 })),
      finalAnswer("done"),
    ],
    ready: asks("ask"),
    before: event,
    stands: ({ arrived }) => arrived.built?.payload === "it is built",
    goOn: answer("yes"),
    end: ends(),
  },
  // ---- other runs ----------------------------------------------------------------------------------------------
  {
    task: "have somebody find the cat",
    answers: [calling(call("hand_off", { agent: "helper", task: "find it, first" })), finalAnswer("done")],
    stands: callIs("with_child"),
    goOn: answerChild,
    end: ends(),
  },
  {
    task: "find it, first",
    answers: [calling(ask("Which room?")), finalAnswer("in the hall")],
    stands: (state) => state.parent !== null && asks("ask")(state),
    end: ends("in the hall"),
  },
  {
    task: "have somebody find the dog",
    answers: [calling(call("hand_off", { agent: "helper", task: "find it, second" })), finalAnswer("done")],
    ready: callIs("with_child"),
    before: async (bot, state) => {
      const asking = await bot.until(childOf(state), asks("ask"));
      await pause(bot, state);
      await answer("the hall")(bot, asking);
      await bot.until(asking.runId, isAt("paused"));
    },
    stands: (state) => state.phase.at === "paused" && callIs("with_child")(state),
    goOn: resume,
    end: ends(),
  },
  {
    task: "find it, second",
    answers: [calling(ask("Which room?")), finalAnswer("in the hall")],
    stands: ({ phase }) => phase.at === "paused" && phase.withParent === true,
    end: ends("in the hall"),
  },
  // ---- ends ----------------------------------------------------------------------------------------------------
  {
    task: "stop in the middle of a restart",
    answers: [on("restart", "held")],
    ready: callIs("started"),
    before: cancel,
    stands: isAt("cancelling"),
    end: { at: "cancelled" },
    done: [],
  },
  {
    task: "finish",
    address: "slack:T1/C1/1700000000.2",
    answers: [finalAnswer("done")],
    stands: isAt("complete"),
    end: ends(),
  },
  { task: "refuse", answers: [{ refusal: "I must not" }], stands: isAt("failed"), end: { at: "failed" } },
  {
    task: "stop while asking",
    answers: [calling(ask("Which?"))],
    ready: asks("ask"),
    before: cancel,
    stands: isAt("cancelled"),
    end: { at: "cancelled" },
  },
  // ---- what lies in the inbox ------------------------------------------------------------------------------------
  {
    task: "hear a choice",
    answers: [calling(ask("Which?", ["a", "b"])), finalAnswer("done")],
    stands: asks("ask"),
    inbox: (state) => ({
      channel: "discord",
      intent: { type: "choose", questionId: questionOf(state), value: "a" },
    }),
    end: ends(),
  },
  {
    task: "hear an answer",
    answers: [calling(ask("Which?")), finalAnswer("done")],
    stands: asks("ask"),
    inbox: (state) => ({
      channel: "terminal",
      intent: { type: "answer", questionId: questionOf(state), text: "this one" },
    }),
    end: ends(),
  },
  {
    task: "hear an approval with other arguments",
    answers: [on("release", "mail"), finalAnswer("done")],
    stands: asks("approval"),
    inbox: (state) => ({
      channel: "slack",
      intent: { type: "approve", questionId: questionOf(state), input: { service: "post" } },
    }),
    // Releases up to 0.2.0 ran what an edit made; since then it is shown anew, and waits for an
    // approval like any other.
    goOn: async (bot, { runId, questions: [before] }) => {
      const isAnew = ({ questions: [now] }: State) => now !== undefined && now.id !== before?.id;
      return approve()(bot, await bot.until(runId, isAnew));
    },
    end: ends(),
    done: ["release post"],
  },
  {
    task: "hear a refusal",
    answers: [on("release", "web"), finalAnswer("done")],
    stands: asks("approval"),
    inbox: (state) => ({
      channel: "discord",
      intent: { type: "refuse", questionId: questionOf(state), reason: "not today" },
    }),
    end: ends(),
    done: [],
  },
  {
    task: "hear a press of the stop button",
    answers: [calling(ask("Which?"))],
    stands: asks("ask"),
    inbox: ({ runId }) => ({ channel: "slack", intent: { type: "press", action: "stop", runId } }),
    end: { at: "cancelled" },
  },
  {
    task: "hear an instruction",
    answers: [calling(ask("Which?"))],
    stands: asks("ask"),
    inbox: ({ runId }) => ({ channel: "terminal", intent: { type: "instruction", text: `stop ${runId}` } }),
    end: { at: "cancelled" },
  },
];

/** Words that lie in the inbox, and start a run of their own. */
export const heardTask = "begin with what lay in the inbox";
