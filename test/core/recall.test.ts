/** What a past run is told by: the words that it holds, and what it did as it was done. */
import { expect, test } from "vitest";
import { doneIn } from "../../src/core/done-calls.ts";
import { finderOf, searchWords } from "../../src/core/recall.ts";
import { askedApproval, call, chose, doubted, failed, finished, started } from "../support/core/events.ts";
import { from, policyWith, via } from "../support/core/policy.ts";
import { given } from "../support/given.ts";

test.each([
  ["CheckoutErrors on api-3:9090, since 03:05", ["checkouterrors", "api-3", "9090", "since", "03", "05"]],
  ["it is s3, db and a 5xx; S3!", ["s3", "and", "5xx"]],
  ["Größe 10.0.0.5 …", ["größe", "10.0.0.5"]],
  [" - · . ", []],
  ["सर्वर डाउन", ["सर्वर", "डाउन"]],
  ["磁盘 已满, 서버", ["磁盘", "已满", "서버"]],
  ["Cafe\u0301", ["caf\u00e9"]],
  ["İstanbul", ["i\u0307stanbul"]],
])("%s is looked for by its words", (text, words) => {
  expect(searchWords(text)).toEqual(words);
});

test("no more than twelve words are looked for", () => {
  expect(searchWords(Array.from({ length: 40 }, (_, n) => `word${n}`).join(" "))).toHaveLength(12);
});

test.each([
  ["errors", "CheckoutErrors", true],
  ["checkout", "the checkout-worker", true],
  ["errors", "terrors", false],
  ["api-3", "api-31", false],
  ["api-3", "API-3:9090", true],
  ["a.b", "axb", false],
  ["50", "150", false],
  ["größe", "Größen", true],
  ["磁盘", "主机磁盘已满", true],
  ["डाउन", "सर्वर डाउन है", true],
  ["i\u0307stanbul", "gateway of İstanbul", true],
  ["caf\u00e9", "the Cafe\u0301", true],
])("%s in %s: %s", (word, text, isHeld) => {
  expect(finderOf([word])(text)).toEqual(isHeld ? [word] : []);
});

const did = (...events: Parameters<typeof given>) =>
  doneIn(given(...events).events, policyWith()).map(({ tool, input, words }) => [tool, input, words]);
const v1 = { version: "v1" };

test("what only read, and what was asked for and never begun, was not done", () => {
  const events = [chose(call("a", "look"), call("b", "deploy")), started("a"), finished("a")];
  expect(did(...events, askedApproval("q", "b"))).toEqual([]);
});

test("a call is told with the arguments that it ran with, and how it ended", () => {
  const edited = { version: "v2" };
  expect(
    did(
      chose(call("a", "deploy"), call("b", "gone_tool")),
      askedApproval("q", "a"),
      { type: "call_edited", questionId: "q", input: edited, from, via },
      started("a"),
      finished("a"),
      { type: "call_verified", callId: "a", verdict: "worse", words: "more errors", ms: 1 },
      started("b"),
      failed("b", "no route to host"),
    ),
  ).toEqual([
    ["deploy", edited, "done; it got worse: more errors"],
    ["gone_tool", v1, "failed: no route to host"],
  ]);
});

test("a call in doubt is one, before and after somebody knows; an id that comes again is another call", () => {
  const doubt = [chose(call("a", "restart")), started("a"), ...doubted("q", "a")];
  expect(did(...doubt)).toEqual([["restart", v1, "it was not known whether it happened"]]);
  expect(did(...doubt, finished("a"))).toEqual([["restart", v1, "done"]]);
  expect(did(...doubt, finished("a"), chose(call("a", "tag")), started("a"))).toEqual([
    ["restart", v1, "done"],
    ["tag", v1, "begun, and how it ended is not known"],
  ]);
});
