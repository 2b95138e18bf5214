/** The search in a run finds what a line says, and nothing by the names of our own fields. */
import { expect, test } from "vitest";
import { textOf } from "../src/console/run/line-text.ts";
import { linesOf } from "../src/console/run/lines.ts";
import type { WireEvent } from "../src/http/wire/events.ts";
import { askedApproval, call, chose, failed, finished, heard, started } from "./support/core/events.ts";
import { given } from "./support/given.ts";

const run = given(
  chose(call("a", "look", { version: "v7" }), call("b", "look", { version: "v8" })),
  started("a"),
  finished("a", `{"status":"up"} ${"-".repeat(300)} deep in the output`),
  started("b"),
  failed("b", "no route to host"),
  heard("and the database?"),
  chose(call("c", "deploy")),
  askedApproval("q", "c"),
  { type: "model_failed", code: "overloaded", message: "busy at first", retryAt: 9_000 },
  { type: "model_failed", code: "overloaded", message: "busy at last", retryAt: 9_000 },
);
const lines = linesOf(
  run.events.map(({ at, ...data }, index): WireEvent => {
    return { version: index + 1, at, type: data.type, data };
  }),
  new Set(),
);
const found = (words: string) => lines.filter((line) => textOf(line).includes(words)).map(({ kind }) => kind);

test("what a line opens into is found", () => {
  expect(found("deep in the output")).toEqual(["call"]);
  expect(found("no route to host")).toEqual(["call"]);
  expect(found("v8")).toEqual(["model", "call"]);
  expect(found("and the database?")).toEqual(["words"]);
  expect(found("deploy")).toContain("question");
  expect(found("busy at first")).toEqual(["outage"]);
});

test.each(["error", "versions", 'output":', "attachments", "childId", "null"])(
  "%s is in no line that does not say it",
  (word) => {
    expect(found(word)).toEqual([]);
  },
);
