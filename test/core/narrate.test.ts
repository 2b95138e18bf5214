/** The chat as it should look: one progress post, questions that settle where they stand, long answers below. */
import { describe, expect, test } from "vitest";
import type { Actor } from "../../src/core/actor.ts";
import type { EventBody } from "../../src/core/event.ts";
import type { Block, Button } from "../../src/core/message.ts";
import { narrate } from "../../src/core/narrate/narrate.ts";
import { hasEnded } from "../../src/core/state.ts";
import { openRights } from "../support/bot.ts";
import { answer, approve, cancel, edit, launch, pause } from "../support/core/commands.ts";
import {
  ask,
  askedApproval,
  call,
  chose,
  final,
  finished,
  heard,
  started,
  used,
} from "../support/core/events.ts";
import { person, policyWith } from "../support/core/policy.ts";
import { given, nobody, type Story, under } from "../support/given.ts";

const keys = (run: Story) => narrate(run.state).map((post) => post.key);
const post = (run: Story, key: string) => narrate(run.state).find((one) => one.key === key)?.body;
function block<T extends Block["type"]>(run: Story, key: string, type: T) {
  return post(run, key)?.blocks.find((one): one is Extract<Block, { type: T }> => one.type === type);
}
const buttons = (run: Story, key = "progress"): Button["action"][] =>
  block(run, key, "actions")?.buttons.map((button) => button.action) ?? [];
const footer = (run: Story) => JSON.stringify(block(run, "progress", "note")?.parts);

function steps(run: Story, count: number): Story {
  let story = run;
  for (let n = 0; n < count; n++) {
    story = story.when(chose(call(`c${n}`, "look", { version: `v${n}` })), finished(`c${n}`, `"out ${n}"`));
  }
  return story;
}

describe("the progress post", () => {
  test("stands from the launch on, with the task, who asked, and the buttons that make sense", () => {
    expect(keys(given())).toEqual(["progress"]);
    expect(block(given(), "progress", "heading")).toMatchObject({
      text: "release v1",
      note: ["asked by ", { person: { name: "dana" } }],
    });
    expect(buttons(given())).toEqual(["stop", "open"]);
    expect(buttons(given(pause))).toEqual(["resume", "stop", "open"]);
    expect(buttons(given(cancel))).toEqual(["open"]);
  });

  test("says each step in a few words, without JSON", () => {
    const run = given(chose(call("a", "look", { version: "v1" })), finished("a", '{"status":"degraded"}'));
    expect(block(run, "progress", "steps")?.lines).toEqual([
      { shape: "done", title: "look", detail: "v1 → degraded", ms: 1 },
    ]);
    const nested = { version: "v1", only: [{ region: "eu", zones: ["a", "b"] }] };
    const deep = given(chose(call("a", "restart", nested)), started("a"));
    expect(block(deep, "progress", "steps")?.lines[0]?.detail).toBe("v1, eu, a, b");
  });

  test("keeps the last six lines and counts the others, what runs included", () => {
    const six = block(steps(given(), 9), "progress", "steps");
    expect(six).toMatchObject({ folded: 3, lines: { length: 6 } });
    expect(six?.lines.at(-1)?.detail).toBe("v8 → out 8");
    const busy = steps(given(), 6).when(chose(ask("q", "One?"), ask("r", "Two?")));
    const lines = block(busy, "progress", "steps");
    expect(lines).toMatchObject({ folded: 2, lines: { length: 6 } });
    expect(lines?.lines.slice(-2).map((line) => line.shape)).toEqual(["waiting", "waiting"]);
  });

  test("shows what runs and what waits", () => {
    const running = given(chose(call("a", "restart")), started("a"));
    expect(block(running, "progress", "steps")?.lines).toMatchObject([
      { shape: "running", title: "restart" },
    ]);
    const waiting = given(chose(call("a", "deploy")), askedApproval("q", "a"));
    expect(block(waiting, "progress", "steps")?.lines).toMatchObject([{ shape: "waiting", title: "deploy" }]);
    expect(block(waiting, "progress", "note")?.parts).toEqual([
      "waiting for approval",
      " by ",
      { person: { principal: "slack:T1/dana", name: "dana" }, ping: false },
      " since ",
      { time: waiting.state.questions[0]?.askedAt },
      " · 1 step",
    ]);
  });

  test("says how it ended, with steps, tokens and money", () => {
    const done = given({ ...chose(final("a", "It is out.")), usage: used(2310, 0.014) });
    expect(block(done, "progress", "text")?.markdown).toBe("It is out.");
    expect(footer(done)).toMatch(/done in .* · 1 step.*2,310 tokens.*\$0\.01/);
    const cheap = under(policyWith()).when({ ...chose(final("a", "It is 4.")), usage: used(100, 0.0004) });
    expect(footer(cheap)).toMatch(/100 tokens.* · < \$0\.01/);
    const stopped = given(cancel);
    expect(block(stopped, "progress", "text")?.markdown).toBe("Stopped: enough");
    const [, by, who] = block(stopped, "progress", "note")?.parts ?? [];
    expect([by, who]).toEqual([" by ", { person: { principal: "slack:T1/dana", name: "dana" } }]);
  });

  test("tells trouble once, with when it is tried again, and that it was restarted", () => {
    const busy = given({ type: "model_failed", code: "overloaded", message: "busy", retryAt: 9_000 });
    expect(footer(busy)).toContain('next try ",{"time":9000}');
    expect(footer(given({ type: "recovered" }))).toContain("was restarted and carried on");
  });
});

describe("an answer", () => {
  test("of up to 600 characters stands in the progress post, a longer one below it", () => {
    expect(keys(given(chose(final("a", "x".repeat(600)))))).toEqual(["progress"]);
    const long = given(chose(final("a", "x".repeat(601))));
    expect(keys(long)).toEqual(["progress", "answer"]);
    expect(block(long, "progress", "text")).toBeUndefined();
    expect(block(long, "answer", "text")?.markdown).toHaveLength(601);
  });

  test("of a run that read untrusted text shows no links to hosts that nobody listed", () => {
    expect(block(given(heard("x", false), chose(final("a", "see"))), "progress", "text")?.foreign).toBe(true);
    expect(block(given(chose(final("a", "see"))), "progress", "text")?.foreign).toBe(false);
  });
});

describe("a question", () => {
  const asking = given(chose(ask("a", "Which version?")));
  const key = `question:${asking.question}`;

  test("is a post of its own, with who is asked and what happens without an answer", () => {
    expect(keys(asking)).toEqual(["progress", key]);
    expect(block(asking, key, "heading")).toMatchObject({
      text: "Question",
      note: ["for ", { person: { name: "dana" }, ping: true }],
    });
    expect(JSON.stringify(block(asking, key, "note"))).toContain("Until somebody answers, I wait");
    expect(buttons(asking, key)).toEqual(["reply", "open"]);
  });

  describe("of a run that a machine started", () => {
    const machine = (principal: string) => person(principal, { principal, kind: "machine" });
    const asks = (principal: string, answerers: string[], what = ask("a", "Which?")) => {
      const policy = policyWith({}, { ...openRights, answer: answerers });
      const run = nobody(policy).when(launch({ actor: machine(principal) }), chose(what));
      return block(run, `question:${run.question}`, "heading")?.note.slice(1);
    };

    test.each(["webhook:ci", "schedule:nightly"])("names whoever may answer, never %s", (principal) => {
      const oncall = { rule: "slack:T1/U2", ping: true };
      expect(asks(principal, ["requester", "slack:T1/U2", "console:*"])).toEqual([oncall]);
      expect(asks(principal, ["requester", "slack:T1/*"])).toEqual([{ rule: "slack:T1/*" }]);
      expect(asks(principal, ["requester", "console:*", "token:*"])).toEqual(["anyone at the console"]);
      expect(asks(principal, ["*"])).toEqual(["anyone"]);
      expect(asks(principal, ["requester"])).toEqual(["nobody yet: list people under `answer`"]);
    });

    test("names the sender of a mail for what a mail may answer", () => {
      const from = "email:dana@example.com";
      expect(asks(from, ["requester"])).toMatchObject([{ person: { principal: from }, ping: true }]);
      const approval = nobody().when(
        launch({ actor: machine(from) }),
        chose(call("a", "deploy")),
        askedApproval("q", "a"),
      );
      expect(block(approval, "question:q", "heading")?.note).toEqual(["for ", "anyone"]);
    });
  });

  test("becomes who, when and what, under the same key and without buttons", () => {
    const answered = asking.when(answer("v2"));
    expect(keys(answered)).toContain(key);
    expect(buttons(answered, key)).toEqual([]);
    expect(post(answered, key)?.summary).toBe("Answered by dana: Which version?");
    expect(block(answered, key, "text")?.markdown).toBe("v2");
    expect(post(asking.when(cancel), key)?.summary).toContain("Withdrawn");
  });

  test("has plain words for its title, its line and its notice, and its Markdown where it is read", () => {
    const asked = given(chose(ask("a", "Which **region** for `cache_1`? [The list](https://x.example)")));
    const words = "Which region for cache_1? The list";
    const id = `question:${asked.question}`;
    const line = (run: Story) => block(run, "progress", "steps")?.lines[0]?.detail;
    expect(post(asked, id)?.summary).toBe(`Question: ${words}`);
    expect(block(asked, id, "text")?.markdown).toContain("**region**");
    expect(line(asked)).toBe(`${words} — waiting`);
    const answered = asked.when(answer("eu"));
    expect(post(answered, id)?.summary).toBe(`Answered by dana: ${words}`);
    expect(post(answered, id)?.blocks).toContainEqual({ type: "note", parts: [words] });
    expect(line(answered)).toBe(`${words} → eu`);
    const long = given(chose(final("a", `**It is out.** ${"x".repeat(600)}`)));
    expect(post(long, "answer")?.summary).toMatch(/^It is out\. x/);
  });

  test("for approval shows the call whole, and only listed people are pinged", () => {
    const run = given(chose(call("a", "deploy")), askedApproval("q", "a"));
    expect(block(run, "question:q", "fields")?.fields).toEqual([{ name: "version", value: "v1" }]);
    expect(buttons(run, "question:q")).toEqual(["approve", "refuse", "edit", "open"]);
    expect(post(run.when(approve("q")), "question:q")?.summary).toBe("Approved by oncall: deploy v1");
  });

  describe("pings whoever may settle it and nobody else", () => {
    const heading = (approvers: string[], ownRequest: boolean) => {
      const asked = askedApproval("q", "a") as Extract<EventBody, { type: "question_asked" }>;
      const question = { ...asked.question, audience: approvers, ownRequest };
      return block(given(chose(call("a", "deploy")), { ...asked, question }), "question:q", "heading")?.note;
    };
    const dana = { person: { principal: "slack:T1/dana", name: "dana" }, ping: true };

    test.each([
      [["slack:T1/*"], true, ["for ", dana]],
      [["console:*"], true, ["for ", "anyone at the console"]],
      [
        ["slack:T1/dana", "slack:T1/oncall"],
        true,
        ["for ", dana, ", ", { rule: "slack:T1/oncall", ping: true }],
      ],
      [["slack:T1/dana", "slack:T1/oncall"], false, ["for ", { rule: "slack:T1/oncall", ping: true }]],
      [["slack:T1/*"], false, ["for ", { rule: "slack:T1/*" }]],
    ])("%j, own request: %j", (approvers, ownRequest, note) => {
      expect(heading(approvers, ownRequest)).toEqual(note);
    });
  });

  test("that several approved names them all, and says what was changed", () => {
    const edited = given(chose(call("a", "destroy")), askedApproval("q", "a", "destroy", 2)).when(
      edit("q", { version: "v2" }),
    );
    expect(post(edited, "question:q")?.summary).toBe("Changed by oncall: destroy v1");
    const anew = edited.state.questions[0]?.id ?? "";
    expect(block(edited, `question:${anew}`, "fields")?.fields).toEqual([{ name: "version", value: "v2" }]);
    const run = edited.when(approve(anew), approve(anew, person("other")));
    const settled = run.state.settled.at(-1)?.id;
    expect(post(run, `question:${settled}`)?.summary).toBe("Approved by oncall, other: destroy v2");
    expect(post(run, `question:${settled}`)?.blocks).toContainEqual({
      type: "note",
      parts: ["with arguments changed by oncall"],
    });
  });

  test("for approval shows the preview as a value, never as Markdown that could hide a line of it", () => {
    const preview = "- old\n[//]: # (+ and everything else)\n<!-- + more -->";
    const run = given(chose(call("a", "deploy")), askedApproval("q", "a", "deploy", 1, preview));
    const blocks = post(run, "question:q")?.blocks ?? [];
    expect(blocks.filter(({ type }) => type === "text")).toHaveLength(1);
    expect(blocks).toContainEqual({
      type: "fields",
      fields: [{ name: "Preview by the tool", value: preview }],
    });
  });

  test("of the oldest stays as it stood when many are settled", () => {
    let run = under(policyWith({ steps: 100, totalSteps: 100, repeats: 20 }));
    for (let n = 0; n < 12; n++) run = run.when(chose(ask(`q${n}`, `${n}?`)), answer(`${n}`));
    expect(keys(run)).toHaveLength(9);
    expect(hasEnded(run.state)).toBe(false);
  });
});

test("a child run speaks only to ask", () => {
  const parent = { runId: "run_0", callId: "a", depth: 1 };
  const child = nobody().when(launch({ parent }));
  expect(keys(child)).toEqual([]);
  expect(keys(child.when(chose(ask("a", "Which?"))))).toEqual(["question:run_1.2"]);
  expect(keys(child.when(chose(final("a", "x".repeat(900)))))).toEqual([]);
});

test("keys are stable: a post of an earlier state is the same post later", () => {
  const states = [given(), given(chose(ask("a", "Which?"))), given(chose(ask("a", "Which?")), answer("v2"))];
  const seen = states.map((run) => keys(run).join(" "));
  expect(seen).toEqual(["progress", "progress question:run_1.2", "progress question:run_1.2"]);
});

describe("what a run is called", () => {
  const heading = (run: Story) => block(run, "progress", "heading")?.text;

  test("is its title where its source gives one; the model still gets the whole task", () => {
    const titled = nobody(policyWith()).when(
      launch({ task: "Triage this alert.", title: "HighLatency on api-3" }),
    );
    expect(heading(titled)).toBe("HighLatency on api-3");
    expect(post(titled, "progress")?.summary).toContain("HighLatency on api-3");
    expect(titled.state.task).toBe("Triage this alert.");
  });

  test("is its task otherwise", () => {
    expect(heading(nobody(policyWith()).when(launch({ task: "release v1" })))).toBe("release v1");
  });
});

describe("who started a run", () => {
  const asked = (actor: Partial<Actor>) =>
    nobody(policyWith({}, { ...openRights, launch: ["*"] })).when(launch({ actor: person("hook", actor) }))
      .state.launcher.asked;

  test("is recorded with what may be asked of them, and older logs are read as they were meant", () => {
    expect(asked({ kind: "machine", asked: "nothing" })).toBe("nothing");
    expect(asked({ kind: "machine", asked: "words" })).toBe("words");
    expect(asked({})).toBeUndefined();
    expect(asked({ principal: "webhook:ci" })).toBe("nothing");
    expect(asked({ principal: "email:a@b.example" })).toBe("words");
  });
});
