/**
 * What Discord is sent for each message: snapshots of the story, limits for any size, and what untrusted text can't do.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { customId, pressOf, resolve } from "../../../adapters/discord/actions.ts";
import { plain, split, written } from "../../../adapters/discord/draw/markdown.ts";
import { answerModal, editModal, inputOf } from "../../../adapters/discord/draw/modals.ts";
import { render } from "../../../adapters/discord/draw/render.ts";
import { markOf, nonceOf, snowflakeAt, timeOf } from "../../../adapters/discord/nonce.ts";
import type { Block, Button, Message } from "../../../src/core/message.ts";
import type { Question } from "../../../src/core/question.ts";
import { messageNamed, messages } from "../../fixtures/messages.ts";
import { brokenLimits, pings, textOf } from "../../support/discord/limits.ts";

const drawing = { publicUrl: "https://belay.example/", trustedLinkHosts: ["docs.example"], mark: markFor };
function markFor(n: number): number {
  return markOf(`example/${n}`);
}

test.each(messages)("$name looks as it should", async ({ name, message }) => {
  const drawn = `${JSON.stringify(render(message, drawing), null, 2)}\n`;
  await expect(drawn).toMatchFileSnapshot(
    `../../fixtures/discord/rendered/${name.replaceAll(" ", "-")}.json`,
  );
});

const text = fc
  .tuple(
    fc.constantFrom(
      "a",
      "word ",
      "line\n",
      "para\n\n",
      "<&>",
      "🙂",
      "```ts\ncode\n```\n",
      "```\n",
      "*`_",
      "|a|b|\n",
      "",
    ),
    fc.nat(6_000),
  )
  .map(([unit, times]) => unit.repeat(times));
const short = fc
  .tuple(fc.constantFrom("a", "<b>", "🙂", " "), fc.nat(400))
  .map(([unit, n]) => unit.repeat(n));

describe("sizes", () => {
  const part = fc.oneof(
    short,
    short.map((strong) => ({ strong })),
    short.map((code) => ({ code })),
    fc.constant({ person: { principal: "discord:600000000000000001", name: "dana" }, ping: true }),
    fc.constant({ rule: "discord:1/role:2", ping: true }),
    fc.nat().map((time) => ({ time })),
  );
  const button: fc.Arbitrary<Button> = fc.record({
    action: fc.constantFrom("choose", "reply", "approve", "refuse", "edit", "stop", "open"),
    label: short,
    style: fc.constantFrom("plain", "primary", "danger"),
    runId: fc.constant("run_86w61gwnsywrt9fx9p60"),
    questionId: short.map((id) => `q${id}`),
    value: short,
  });
  const line = fc.record({
    shape: fc.constantFrom("done", "running", "waiting", "failed", "note"),
    title: short,
    detail: short,
    ms: fc.option(fc.nat(100_000)),
  });
  const block: fc.Arbitrary<Block> = fc.oneof(
    fc.record({ type: fc.constant("heading"), text, note: fc.array(part, { maxLength: 5 }) }),
    fc.record({ type: fc.constant("text"), markdown: text, foreign: fc.boolean() }),
    fc.record({ type: fc.constant("steps"), folded: fc.nat(20), lines: fc.array(line, { maxLength: 8 }) }),
    fc.record({
      type: fc.constant("fields"),
      fields: fc.array(fc.record({ name: short, value: text }), { maxLength: 8 }),
    }),
    fc.record({ type: fc.constant("note"), parts: fc.array(part, { maxLength: 5 }) }),
    fc.record({
      type: fc.constant("actions"),
      buttons: fc.uniqueArray(button, {
        maxLength: 40,
        selector: (each) => `${each.action} ${each.questionId} ${each.value}`,
      }),
    }),
  );

  test("any message stays within Discord's limits", () => {
    const message = fc.record({
      summary: fc.constant("a summary"),
      blocks: fc.array(block, { maxLength: 12 }),
    });
    fc.assert(
      fc.property(message, (body) => {
        expect(brokenLimits(render(body, drawing))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test("parts are within the limit, lose no word, and close the code they open", () => {
    const words = fc.array(
      fc.oneof(
        fc.constantFrom("```ts", "```", "", "word word", "x".repeat(300)),
        fc.stringMatching(/^[a-z ]{0,80}$/),
      ),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(words, (lines) => {
        const parts = split(lines.join("\n"), 200);
        for (const each of parts) {
          expect(each.length).toBeLessThanOrEqual(200);
          expect((each.match(/^```/gm) ?? []).length % 2).toBe(0);
        }
        const letters = (whole: string) => whole.replace(/```(ts)?|\s/g, "");
        expect(letters(parts.join(""))).toBe(letters(lines.join("\n")));
      }),
      { numRuns: 300 },
    );
  });

  test("custom ids fit, and name the question and the choice again", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 300 }),
        fc.string({ maxLength: 300 }),
        (question, value) => {
          const id = customId({ action: "choose", question, value });
          expect(id.length).toBeLessThanOrEqual(100);
          const press = pressOf(id);
          if (press?.action !== "choose") throw new Error(id);
          expect(resolve(press.question, ["another", question])).toBe(question);
          expect(resolve(press.value ?? "", ["another", value])).toBe(value);
        },
      ),
    );
  });
});

describe("what untrusted text can't do", () => {
  const hostile = render(messageNamed("hostile"), drawing);

  test("it notifies nobody and looks like no ping", () => {
    expect(pings(hostile)).toEqual([]);
    const outside = textOf(hostile).replace(/`[^`]*`/g, "");
    expect(outside).not.toMatch(/@everyone|@here|(?<!\\)<[@#]/);
  });

  test("links to hosts that nobody listed are text", () => {
    const shown = written("[safe](https://evil.example/?q=1) and https://evil.example", ["docs.example"]);
    expect(shown).toBe("safe (`https://evil.example/?q=1`) and `https://evil.example`");
    expect(written("[docs](https://docs.example/x)", ["docs.example"])).toBe("docs (https://docs.example/x)");
  });

  test("a label never hides where a link goes, in any run", () => {
    expect(written("[https://bank.example](https://evil.example)", null)).toContain("(https://evil.example)");
  });

  test("code stays as it is", () => {
    const code = "```sh\ncurl https://evil.example | sh <@1>\n```";
    expect(written(code, [])).toBe(code);
    expect(written("run `<@1>`", [])).toBe("run `<@1>`");
  });

  test("a name is no markup", () => {
    expect(plain("**<@1>** [x](https://evil.example) @everyone\n# big")).toBe(
      "\\*\\*\\<@1\\>\\*\\* \\[x\\]\\(https\\://evil.example\\) @\u200beveryone\n\\# big",
    );
  });

  test("control characters and turned writing are gone, in code they are shown", () => {
    expect(plain("\u001b[31mred\u202egpj")).toBe("\\[31mredgpj");
    expect(JSON.stringify(hostile)).toContain("\\\\u{202e}gpj.exe");
  });
});

describe("approvals", () => {
  const ids = { runId: "run_1", questionId: "q_1" };
  const decisions: Block = {
    type: "actions",
    buttons: (["approve", "refuse", "edit"] as const).map(
      (action): Button => ({ action, label: action, style: "plain", ...ids }),
    ),
  };
  const asking = (...values: string[]): Message => ({
    summary: "Approval wanted",
    blocks: [
      ...values.map((value): Block => ({ type: "fields", fields: [{ name: "command", value }] })),
      decisions,
    ],
  });

  test("a call or a preview that is cut can't be approved from here", () => {
    for (const message of [asking("x".repeat(20_000)), asking("x", "y".repeat(20_000))]) {
      const drawn = JSON.stringify(render(message, drawing));
      expect(drawn).toContain("too long to approve here");
      expect(drawn).toContain('"refuse|q_1"');
      expect(drawn).not.toMatch(/"(approve|edit)\|q_1"/);
    }
  });

  test("a call that takes several messages is shown whole, and can be approved below it", () => {
    const drawn = render(asking("x".repeat(9_000)), drawing);
    expect(textOf(drawn).match(/x/g)).toHaveLength(9_000);
    expect(JSON.stringify(drawn.at(-1))).toContain('"approve|q_1"');
  });

  test("a value can't close the code that it is shown in", () => {
    const drawn = textOf(render(asking("a\n```\n[//]: # (hidden)\n````` <!-- ``` -->"), drawing));
    expect(drawn.match(/```/g)).toHaveLength(2);
    expect(drawn).toContain("[//]: # (hidden)");
  });
});

describe("drawing", () => {
  test("many choices are a select", () => {
    const buttons = Array.from(
      { length: 30 },
      (_, n): Button => ({
        action: "choose",
        label: `v${n}`,
        style: "plain",
        runId: "run_1",
        questionId: "q_1",
        value: `v${n}`,
      }),
    );
    const message: Message = { summary: "x", blocks: [{ type: "actions", buttons }] };
    const drawn = JSON.stringify(render(message, drawing));
    expect(drawn).toContain('"custom_id":"choose|q_1"');
    expect(drawn.match(/"value"/g)).toHaveLength(25);
  });

  test("tables are code, so that their columns stand", () => {
    expect(written("| a | b |\n|---|---|\n| 1 | 2 |\n\nafter", null)).toContain("```\n| a | b |");
  });

  test("without blocks the summary is shown", () => {
    expect(textOf(render({ summary: "only this", blocks: [] }, drawing))).toContain("only this");
  });
});

describe("forms", () => {
  const question: Question = {
    id: "q_1",
    kind: "approval",
    callId: "call_1",
    text: "x".repeat(500),
    context: null,
    choices: [],
    freeText: true,
    audience: [],
    call: { tool: "restart_service", input: { service: "payments", replicas: 3 }, hash: "h", preview: null },
    need: 1,
  };

  test("titles and labels fit", () => {
    const answer = answerModal(question);
    if (!("modal" in answer)) throw new Error(answer.instead);
    const drawn = answer.modal;
    expect(drawn.title.length).toBeLessThanOrEqual(45);
    expect(JSON.stringify(drawn).match(/"label":"([^"]*)"/)?.[1]?.length).toBeLessThanOrEqual(45);
    expect("modal" in editModal(question, null, "run_1")).toBe(true);
  });

  test("texts stay texts, the rest is read as JSON", () => {
    expect(inputOf({ service: "3", replicas: "4" }, question)).toEqual({
      input: { service: "3", replicas: 4 },
    });
    expect(inputOf({ replicas: "four" }, question)).toHaveProperty("problem");
  });
});

describe("marks", () => {
  test("a nonce has 25 characters at most, a mark is a positive 31-bit number", () => {
    fc.assert(
      fc.property(fc.string(), (id) => {
        expect(nonceOf(id)).toMatch(/^[a-z2-7]{25}$/);
        expect(markOf(id)).toBeGreaterThanOrEqual(2 ** 30);
        expect(markOf(id)).toBeLessThan(2 ** 31);
      }),
    );
  });

  test("a moment and its snowflake are the same", () => {
    const now = Date.UTC(2026, 10, 20);
    expect(timeOf(snowflakeAt(now))).toBe(now);
  });
});
