/** `npm run demo:incident` from the alert to the outcome, its words from a pipe. */
import { expect, test } from "vitest";
import { readRecording } from "../../../src/cli/incident/recording.ts";
import { startChild } from "../../support/child.ts";
import { hasPrometheus } from "../../support/monitoring/servers.ts";

const nothing = { OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined };

async function play(lines: string, env: NodeJS.ProcessEnv) {
  const demo = startChild("src/cli/demo-incident.ts", [], {
    env: { ...process.env, ...nothing, ...env },
    limitMs: 100_000,
  });
  demo.process.stdin?.end(lines);
  return await demo.ended;
}

async function playsToItsEnd(PATH: string | undefined, words: string): Promise<void> {
  const { code, output, errors } = await play("No, nothing was changed.\ny\n", { PATH });
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  expect(output).toContain(words);
  expect(output).toContain("Was the shop changed in the last minutes?");
  expect(output).toContain("Approved by you");
  expect(output).toMatch(/✓ restart_service .* — it helped: max\(shop_failing\) is 0/);
  const restarts = output.match(/^Done: restarted: process (\d+) ended, process (\d+) serves\.$/gm);
  expect(restarts).toHaveLength(1);
  expect(output).toContain(
    "Firing: CheckoutFailing.\nHighest value of max(shop_failing) in the last minute: 1.\n",
  );
  expect(output).toContain("You said: No, nothing was changed.");
  expect(output).toMatch(/The incident is over\.\n$/);
}

test.skipIf(!hasPrometheus())("the demo plays to its end, watched by the real ones", async () => {
  await playsToItsEnd(
    process.env.PATH,
    "A shop is watched by the Prometheus and the Alertmanager of this machine.",
  );
});

test("the demo plays to its end on recorded answers where they are missing, and says so and of which day", async () => {
  const { date } = readRecording();
  await playsToItsEnd(
    "/nowhere",
    `Prometheus with Alertmanager is not installed: its answers are recorded ones of ${date}, the shop and its restart are real.`,
  );
});

test("lines that end before the questions do end the demo with words", async () => {
  const { code, errors } = await play("No, nothing was changed.\n", { PATH: "/nowhere" });
  expect({ code, errors }).toEqual({
    code: 2,
    errors: "The lines ended before the questions did; the demo ends with them.\n",
  });
});

test("a window that is closed ends the demo with all that it started", async () => {
  const demo = startChild("src/cli/demo-incident.ts", [], {
    env: { ...process.env, ...nothing, PATH: "/nowhere" },
    limitMs: 100_000,
  });
  await demo.says("Checkouts begin to fail now");
  demo.process.kill("SIGHUP");
  expect(await demo.ended).toMatchObject({ code: 0, signal: null, errors: "" });
});
