/** Chapters in which people do something: point at an alert, change a call, talk to each other, stop the run. */
import type { Context } from "../../src/core/command.ts";
import type { EventBody } from "../../src/core/event.ts";
import type { Message } from "../../src/core/message.ts";
import { narrate } from "../../src/core/narrate/narrate.ts";
import { Seen } from "../../src/core/origin/seen.ts";
import { argumentOrigins } from "../../src/core/origin/trace.ts";
import { cancel, edit, launch } from "../support/core/commands.ts";
import { askedApproval, call, chose } from "../support/core/events.ts";
import { given, nobody, type Story } from "../support/given.ts";

/** As an alert bot's message reads that somebody forwards. */
const alert: Context = {
  source: "a quoted message",
  text: "[a message by Alertmanager]\n[FIRING] DiskFull\nhost: db7.internal",
  trusted: false,
};

/** "Deal with this", with the alert beside it: what it names is known from outside only. */
function forwarded(): Story {
  const begun = nobody().when(launch({ task: "deal with this", context: [alert] }));
  const chosen = begun.when(chose(call("a", "deploy", { version: "v1", host: "db7.internal" })));
  const asked = askedApproval("q1", "a");
  if (asked.type !== "question_asked" || !asked.question.call) throw new Error("no approval");
  const input = { version: "v1", host: "db7.internal" };
  const seen = new Seen();
  seen.add(chosen.events, 0);
  const origins = argumentOrigins(input, seen.look);
  const question: EventBody = {
    ...asked,
    question: { ...asked.question, call: { ...asked.question.call, input, origins } },
  };
  return chosen.when(question);
}

const asked = given(chose(call("a", "deploy")), askedApproval("q1", "a", "deploy", 1, "v0 → v1"));
const changing = edit("q1", { version: "v2" });
const edited = asked.when({ ...changing, shown: { hash: "of v2", preview: "v0 → v2" } });
const withoutTool = asked.when({ type: "tool_looked_for", questionId: "q1", found: false });
const stopped = given(chose(call("a", "look"))).when(cancel);

function post({ state }: Story, key: string): Message {
  const found = narrate(state).find((one) => one.key === key);
  if (!found) throw new Error(`nothing stands under ${key}`);
  return found.body;
}

/** By the name of the chapter; `words`: what no channel may leave out. */
export const peopleChapters: Readonly<Record<string, { message: Message; words: readonly string[] }>> = {
  "approval after a forwarded alert": {
    message: post(forwarded(), "question:q1"),
    words: ["db7.internal", "only from outside: a quoted message"],
  },
  "call that was changed": {
    message: post(edited, "question:q1"),
    words: ["Changed", "oncall"],
  },
  "changed call, shown anew before anybody approves it": {
    message: post(edited, `question:${edited.question}`),
    words: ["Approval", "v2", "v0 → v2", "oncall"],
  },
  "approval whose tool is gone": {
    message: post(withoutTool, "question:q1"),
    words: ["Approval", "v0 → v1", "This bot has no tool deploy now", "bring the tool back"],
  },
  "stopped run": { message: post(stopped, "progress"), words: ["Stopped", "dana"] },
};
