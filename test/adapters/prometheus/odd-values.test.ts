/** What Prometheus and Alertmanager write otherwise than JavaScript: numbers that are none, and escapes of matchers. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { serverAt } from "../../../adapters/prometheus/client.ts";
import { promQuery } from "../../../adapters/prometheus/queries.ts";
import { matcherIn, matcherText } from "../../../adapters/prometheus/silences.ts";
import { createToolbox } from "../../../src/tools/toolbox.ts";
import { context, json, serve } from "../../support/http/orders.ts";

test("of many series the largest are told, infinity first, however many are no numbers", async () => {
  const values = Array.from({ length: 120 }, (_, nth) => (nth % 2 === 0 ? "NaN" : String(nth)));
  const result = [...values, "+Inf"].map((value, nth) => ({
    metric: { nth: String(nth) },
    value: [1, value],
  }));
  const { url } = await serve(json({ data: { resultType: "vector", result } }));
  const toolbox = createToolbox([promQuery(serverAt("Prometheus", { url }))], { redact: String });
  const outcome = await toolbox.run("prom_query", { query: "up", time: null }, context);
  if (outcome.type !== "finished") throw new Error(JSON.stringify(outcome));
  const told: { value: unknown }[] = JSON.parse(outcome.output).series;
  expect(told.map(({ value }) => value)).toEqual([
    "+Inf",
    ...Array.from({ length: 49 }, (_, nth) => 119 - 2 * nth),
  ]);
});

test.each([
  [String.raw`pod=~"web-\d+\.eu"`, String.raw`web-\d+\.eu`],
  [String.raw`pod="C:\\new \"one\"\nmore"`, 'C:\\new "one"\nmore'],
])("in the matcher %s a backslash is what it is to Alertmanager", (text, value) => {
  expect(matcherIn(text)).toMatchObject({ name: "pod", value });
});

test("a matcher is written so that it is read as it was", () => {
  const any = fc.record({
    name: fc.constant("pod"),
    value: fc.string({ unit: fc.constantFrom("\\", '"', "n", "\n", "\t", "d", "\u0001") }),
    isRegex: fc.boolean(),
    isEqual: fc.boolean(),
  });
  fc.assert(
    fc.property(any, (matcher) => {
      expect(matcherIn(matcherText(matcher))).toEqual(matcher);
    }),
  );
});
