/** Where values come from, on examples of honest and of invented ones: what is missed, and what is doubted wrongly. */
import { describe, expect, test } from "vitest";
import { Seen } from "../../src/core/origin/seen.ts";
import { argumentOrigins, outcomeOrigins, textOrigins } from "../../src/core/origin/trace.ts";
import { calls, outcomes } from "../fixtures/origins.ts";
import { launch } from "../support/core/commands.ts";
import { call, chose, finished } from "../support/core/events.ts";
import { nobody } from "../support/given.ts";

describe("the corpus", () => {
  function told(task: string, output: string): Seen {
    const seen = new Seen();
    seen.add(nobody().when(launch({ task }), chose(call("a", "look")), finished("a", output)).events, 0);
    return seen;
  }

  /** What is told as known, or not, against what was invented. */
  function compared(found: readonly { what: string; standing: string }[], invented: readonly string[]) {
    const doubted = found.filter(({ standing }) => standing !== "known").map(({ what }) => what);
    return {
      alarms: doubted.filter((what) => !invented.includes(what)),
      missed: invented.filter((what) => !doubted.includes(what)),
    };
  }

  // What was computed, shortened or converted can't be traced: these are told as seen nowhere, and may be right.
  test("of outcomes: the false alarms and what is missed, counted", () => {
    const traced = outcomes.map(([task, output, outcome, invented = []]) => {
      const values = outcomeOrigins(outcome, told(task, output));
      const found = values.map(({ value, standing }) => ({ what: value, standing }));
      return { count: found.length, invented: invented.length, ...compared(found, invented) };
    });
    expect({
      outcomes: traced.length,
      values: traced.reduce((sum, { count }) => sum + count, 0),
      invented: traced.reduce((sum, one) => sum + one.invented, 0),
      alarms: traced.flatMap(({ alarms }) => alarms),
      missed: traced.flatMap(({ missed }) => missed),
    }).toEqual({
      alarms: ["1.84", "700", "44", "50", "18,000", "2026-12-12"],
      invented: 45,
      missed: [],
      outcomes: 111,
      values: 153,
    });
  });

  test("of outcomes: the plain words that are told as names, and those of them that are none", () => {
    const words = outcomes.flatMap(([task, output, outcome]) => {
      const seen = told(task, output);
      const values = new Set(textOrigins(outcome, seen.look).map(({ start }) => start));
      return outcomeOrigins(outcome, seen).flatMap(({ value, start }) => (values.has(start) ? [] : value));
    });
    const isNone = ["Dec", "The", "and", "the"];
    expect(words.filter((word) => !isNone.includes(word))).toEqual([
      ...[
        "erin",
        "Erin",
        "checkout",
        "erin",
        "mallory",
        "erin",
        "berlin",
        "checkout",
        "frankfurt",
        "storefront",
      ],
      ...["ledger", "search", "ads", "erin", "vienna", "PostgreSQL", "RabbitMQ", "dana"],
    ]);
    expect(words.filter((word) => isNone.includes(word))).toEqual(["Dec", "The", "and", "the"]);
  });

  test("of calls: the false alarms and what is missed, counted", () => {
    const traced = calls.map(([task, output, input, invented = []]) => {
      const found = argumentOrigins(input, told(task, output).look).map(({ path, standing }) => ({
        what: path,
        standing,
      }));
      return { count: found.length, invented: invented.length, ...compared(found, invented) };
    });
    expect({
      calls: traced.length,
      values: traced.reduce((sum, { count }) => sum + count, 0),
      invented: traced.reduce((sum, one) => sum + one.invented, 0),
      alarms: traced.flatMap(({ alarms }) => alarms),
      missed: traced.flatMap(({ missed }) => missed),
    }).toEqual({
      alarms: ["window", "window", "sql"],
      calls: 66,
      invented: 25,
      missed: [],
      values: 81,
    });
  });
});
