/** A reply in every style: the person's words and nothing else, whatever program in whatever language quoted us. */
import { describe, expect, test } from "vitest";
import { MARK } from "../../../adapters/email/mark.ts";
import { renderMail } from "../../../adapters/email/render.ts";
import { stripReply } from "../../../adapters/email/strip.ts";
import { styles } from "../../fixtures/email/styles.ts";
import { asks } from "../../support/mail/bench.ts";

const own = { address: "agent@belay.example", name: "Belay" };
const token = "0123456789abcdef0123456789abcdef";
const address = `agent+${token}@belay.example`;

const { body } = asks("run_1", "q1", "Which environment shall I restart: staging or production?\nI wait.");
const options = { runUrl: (runId: string) => `https://belay.example/runs/${runId}`, reply: true };
const question = renderMail(body, options).text;
/** As a mail looked before it had a mark, or whose mark somebody cut off. */
const unmarked = question.replace(`${MARK}\n\n`, "");

const exact = (text: string) =>
  styles.filter((style) => stripReply(style.text({ address, question: text }), own).own === style.own);

describe.each(styles.map((style) => ({ ...style, name: `${style.program}, ${style.language}` })))(
  "$name",
  (style) => {
    test.each([
      ["our mail", question],
      ["our mail without its mark", unmarked],
    ])("above %s", (_, asked) => {
      const text = style.text({ address, question: asked });
      const stripped = stripReply(text, own);
      expect(stripped.own).toBe(style.own);
      expect(stripped.own).not.toContain(token);
      // Nothing is in neither part.
      const words = (both: string) =>
        both
          .split(/\s+/)
          .filter((word) => word !== "")
          .sort();
      expect(words(`${stripped.own}\n${stripped.quoted}`)).toEqual(words(text.replace(/\r/g, "")));
    });
  },
);

test("all of them are told apart, with and without the mark", () => {
  expect(question).toContain(MARK);
  expect(styles.length).toBeGreaterThanOrEqual(70);
  expect([exact(question).length, exact(unmarked).length]).toEqual([styles.length, styles.length]);
});
