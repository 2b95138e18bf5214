/** `npm run demo:incident` from the alert to the outcome, on a machine without Prometheus, its words from a pipe. */
import { expect, test } from "vitest";
import { startChild } from "../support/child.ts";

test("the demo plays to its end, says what stands in, and restarts the shop once", async () => {
  const env = { ...process.env, PATH: "/nowhere", OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined };
  const demo = startChild("src/cli/demo-incident.ts", [], { env, limitMs: 100_000 });
  demo.process.stdin?.end("No, nothing was changed.\ny\n");
  const { code, output, errors } = await demo.ended;
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  expect(output).toContain("Prometheus and Alertmanager are not on this machine: a stand-in answers");
  expect(output).toContain("Was the shop changed in the last minutes?");
  expect(output).toContain("Approved by you");
  expect(output).toMatch(/✓ restart_service .* — it helped: max\(shop_failing\) is 0/);
  const restarts = output.match(/^Done: restarted: process (\d+) ended, process (\d+) serves\.$/gm);
  expect(restarts).toHaveLength(1);
  expect(output).toContain("You said: No, nothing was changed.");
}, 120_000);
