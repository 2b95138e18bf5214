/** A day in the life of a bot, made up: one run for each way a run can stand. */
import { restartService } from "../../../adapters/demo/tools.ts";
import type { Store } from "../../../src/core/ports/store.ts";
import { bindingOf } from "../../../src/engine/perform/binding.ts";
import { createToolbox } from "../../../src/tools/toolbox.ts";
import { consoleUser, dana, oncall, operator, Story, tell } from "./story.ts";

const minute = 60_000;
const via = { channel: "slack" };

/** Ids of the runs that are worth looking at. */
export const known = {
  approval: "run_approval",
  question: "run_question",
  complete: "run_complete",
  failed: "run_failed",
  doubt: "run_doubt",
} as const;

const { restart_service: spec } = createToolbox([restartService({ file: "/dev/null" })], {
  redact: String,
}).specs;

/** As the bot binds it that shows the run: nothing has changed since it was asked. */
function bound(input: unknown): string {
  return spec === undefined ? "" : bindingOf(spec, input, operator.hash, null);
}

export async function writeHistory(store: Store, now: number): Promise<void> {
  await store.saveAgent(operator);
  const stories = [
    ...earlier(now),
    failed(now - 52 * minute),
    doubt(now - 34 * minute),
    complete(now - 21 * minute),
    limited(now - 16 * minute),
    question(now - 9 * minute),
    approval(now - 4 * minute),
  ];
  for (const story of stories) await tell(store, story);
}

export function approval(at: number): Story {
  const story = new Story(known.approval, at, {
    task: "restart payments in staging, then tell me the error rate",
    addresses: [],
  });
  story.did(
    1240,
    null,
    [
      "service_status",
      { service: "payments", environment: "staging" },
      "payments in staging is degraded",
      410,
    ],
    ["error_rate", { service: "payments", minutes: 15 }, { percent: 7.1, requests: 48_210 }, 620],
    ["service_status", { service: "ledger", environment: "staging" }, "ledger in staging is up", 380],
  );
  const input = { service: "payments", environment: "staging" };
  const [call] = story.chose(
    1810,
    "Payments is degraded and answers 7.1 % of requests with an error; ledger is fine. A restart is worth trying.",
    ["restart_service", input],
  );
  return story.asked(call ?? null, {
    kind: "approval",
    text: "May I restart payments in staging?",
    freeText: false,
    audience: ["slack:T1/group:oncall", "console:*"],
    call: { tool: "restart_service", input, hash: bound(input), preview: null },
  });
}

function question(at: number): Story {
  const story = new Story(known.question, at, {
    task: "move the nightly export to the new bucket",
    from: oncall,
    via: { channel: "discord" },
    addresses: [],
  });
  story.did(980, null, [
    "service_status",
    { service: "export", environment: "production" },
    "export is up",
    300,
  ]);
  const [call] = story.chose(1500, null, ["ask_human", { question: "Which region?" }]);
  return story.asked(call ?? null, {
    text: "Which region should the new bucket be in? The old one is in eu-west-1.",
    context: "Moving it across regions costs about $12 once.",
    choices: [
      { value: "eu-west-1", label: "eu-west-1" },
      { value: "eu-central-1", label: "eu-central-1" },
    ],
  });
}

const report = `**payments in staging is healthy again.** The error rate is 0.02 %; before the restart it was 7.1 %.

| service | before | after |
|---|---|---|
| payments | 7.1 % | 0.02 % |
| ledger | 0.01 % | 0.01 % |

What I did:

1. read the status of \`payments\` and \`ledger\`
2. restarted \`payments\` once, approved by oncall
3. waited until three checks in a row were green

The pool had run out of connections at 13:41. To see it yourself:

\`\`\`
npm run client -- "error rate of payments in staging, last hour"
\`\`\``;

function complete(at: number): Story {
  const story = new Story(known.complete, at, {
    task: "payments in staging throws errors, please look and fix it",
  });
  story.did(
    1130,
    "I look at the service and its neighbour first.",
    [
      "service_status",
      { service: "payments", environment: "staging" },
      "payments in staging is degraded",
      420,
    ],
    ["service_status", { service: "ledger", environment: "staging" }, "ledger in staging is up", 390],
    ["error_rate", { service: "payments", minutes: 15 }, { percent: 7.1, requests: 48_210 }, 640],
  );
  const input = { service: "payments", environment: "staging" };
  const [call] = story.chose(1720, null, ["restart_service", input]);
  if (!call) return story;
  story.asked(call, {
    kind: "approval",
    text: "May I restart payments in staging?",
    freeText: false,
    audience: ["slack:T1/group:oncall", "console:*"],
    call: { tool: "restart_service", input, hash: bound(input), preview: null },
  });
  story.add(
    { type: "approval_granted", questionId: story.lastQuestion, from: oncall, via, edited: false },
    74_000,
  );
  story.ran(call, "payments in staging was restarted at 14:03:13", 3040);
  story.add(
    { type: "heard", text: "check the error rate twice, please", from: dana, via, trusted: true },
    400,
  );
  story.add(
    {
      type: "model_failed",
      code: "overloaded",
      message: "The provider is overloaded (503).",
      retryAt: at + 92_000,
    },
    900,
  );
  story.add({ type: "woke" }, 4000);
  story.did(1390, null, [
    "error_rate",
    { service: "payments", minutes: 1 },
    { percent: 0.02, requests: 3120 },
    610,
  ]);
  story.chose(1180, null, ["final_answer", { answer: "…" }]);
  return story.completed(report);
}

function failed(at: number): Story {
  const story = new Story(known.failed, at, {
    task: "CI failed on main: find out which commit broke it",
    from: { principal: "webhook:ci", name: "ci" },
    via: { channel: "webhook" },
    addresses: [],
    trusted: false,
  });
  const [call] = story.chose(1320, null, ["error_rate", { service: "ci", minutes: 60 }]);
  if (call) {
    story.started(call);
    story.add(
      {
        type: "call_failed",
        callId: call.id,
        code: "timeout",
        message: "No answer within 30 s.",
        ms: 30_000,
      },
      30_000,
    );
  }
  story.add(
    { type: "model_failed", code: "quota", message: "The key has no credit left.", retryAt: null },
    800,
  );
  return story.add({
    type: "failed",
    code: "quota",
    message: "The model's key has no credit left. Add some, then run it again.",
  });
}

function doubt(at: number): Story {
  const story = new Story(known.doubt, at, { task: "restart search in production", addresses: [] });
  const input = { service: "search", environment: "production" };
  const [call] = story.chose(1210, null, ["restart_service", input]);
  if (!call) return story;
  story.started(call);
  story.add({ type: "recovered" }, 61_000);
  story.add({ type: "call_doubted", callId: call.id, reason: "It was interrupted while it ran." });
  return story.asked(call, {
    kind: "doubt",
    text: "I was restarted in the middle and can't tell whether restart_service ran. Did it?",
    freeText: false,
    choices: [
      { value: "ran", label: "It ran" },
      { value: "not", label: "It did not: run it" },
      { value: "stop", label: "Stop" },
    ],
    call: { tool: "restart_service", input, hash: bound(input), preview: null },
  });
}

function limited(at: number): Story {
  const story = new Story("run_limited", at, {
    task: "find the slowest query of the last hour",
    from: consoleUser,
    via: { channel: "console" },
    addresses: [],
  });
  for (let step = 0; step < 3; step++) {
    story.did(900, null, [
      "error_rate",
      { service: `db-${step}`, minutes: 60 },
      { percent: 0, requests: 12 },
      350,
    ]);
  }
  return story.add({ type: "limit_reached", limit: "steps" });
}

const tasks = [
  "summarise last night's alerts",
  "rotate the read-only key of the reporting job",
  "is the certificate of status.example still good?",
  "what changed between yesterday's and today's deploy of checkout?",
  "clear the stuck jobs in the import queue",
  "how many sign-ups failed in the last hour?",
  "scale search in production to four instances",
  "who restarted ledger on Tuesday?",
] as const;

/** Older ones, so that the list is a list. */
function earlier(now: number): Story[] {
  const channels = ["slack", "discord", "console", "email", "api"];
  return Array.from({ length: 26 }, (_, index) => {
    const task = tasks[index % tasks.length] ?? "";
    const channel = channels[(index * 3) % channels.length] ?? "slack";
    const story = new Story(`run_earlier_${index}`, now - (26 - index) * 47 * minute - 60 * minute, {
      task,
      from: index % 3 === 0 ? oncall : dana,
      via: { channel },
      addresses: [],
    });
    story.did(1000 + index * 37, null, ["service_status", { service: "search" }, "up", 300]);
    if (index % 9 === 4) {
      return story.add({ type: "cancelled", reason: "not needed any more", from: dana }, 5000);
    }
    if (index % 11 === 7) return story.add({ type: "paused", from: dana, via: { channel } }, 2000);
    story.chose(1100, null, ["final_answer", { answer: "…" }]);
    return story.completed("Done: nothing unusual.");
  });
}

/** Very many small runs, the newest just now. */
export async function writeManyRuns(store: Store, count: number, now: number): Promise<void> {
  await store.saveAgent(operator);
  const batch = 200;
  for (let first = 0; first < count; first += batch) {
    const stories = Array.from({ length: Math.min(batch, count - first) }, (_, index) => {
      const number = first + index;
      const at = now - (count - number) * 1000;
      const task = `${tasks[number % tasks.length]} (${number})`;
      return new Story(`run_many_${number}`, at, { task, addresses: [] }).completed("Done.");
    });
    await Promise.all(stories.map((story) => tell(store, story)));
  }
}

/** Runs that wait for somebody: each has asked one question. The last is `run_asks_<count - 1>`. */
export async function writeManyQuestions(store: Store, count: number, now: number): Promise<void> {
  await store.saveAgent(operator);
  const batch = 200;
  for (let first = 0; first < count; first += batch) {
    const stories = Array.from({ length: Math.min(batch, count - first) }, (_, index) => {
      const number = first + index;
      const task = `${tasks[number % tasks.length]} (${number})`;
      const story = new Story(`run_asks_${number}`, now - (count - number) * 1000, { task, addresses: [] });
      return story.asked(null, { text: `Which one is meant by ${number}?` });
    });
    await Promise.all(stories.map((story) => tell(store, story)));
  }
}

/** One run of at least so many events. */
export async function writeLongRun(store: Store, id: string, events: number, now: number): Promise<void> {
  const story = new Story(id, now, { task: "watch the error rate until it is low", addresses: [] });
  for (let step = 0; story.events.length < events - 1; step++) {
    const input = { service: "payments", minutes: step };
    story.did(900, null, ["restart_service", input, { percent: 7 - step / 100, requests: 4000 + step }, 300]);
  }
  await tell(store, story.completed("The error rate is low."));
}
