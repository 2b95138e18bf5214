/** A limit of money that nobody can keep is told at the start, never silently dropped. */
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { agentFile, configFile, configFolder } from "../support/config-folder.ts";

const priced = { agents: { "*": {} }, prices: { "gpt-5": { input: 1, cachedInput: 0.1, output: 10 } } };

async function warningsOf(
  env: Record<string, string>,
  files: Record<string, string> = {},
): Promise<readonly string[]> {
  using folder = configFolder({ "belay.config.ts": configFile(priced), ...files });
  return (await loadConfig(env, folder.path)).warnings;
}

test("of a model without a price: which limit is not kept, and which is", async () => {
  expect(await warningsOf({ OPENAI_BASE_URL: "http://127.0.0.1:11434/v1", OPENAI_MODEL: "llama3" })).toEqual([
    expect.stringMatching(
      /^prices: the price of llama3 is not known: the limit of \$2 a run can't be kept, the limit of 500,000 tokens is/,
    ),
  ]);
});

test("of an agent's own model too, and of each model once", async () => {
  const own = { "prompts/cheap.md": agentFile({ name: "cheap", model: "small", limits: { costUsd: 0.5 } }) };
  const warnings = await warningsOf({ OPENAI_API_KEY: "sk-x", OPENAI_MODEL: "gpt-5" }, own);
  expect(warnings).toEqual([expect.stringMatching(/price of small .*\$0\.5 a run/)]);
});

test.each([{}, { OPENAI_API_KEY: "sk-x", OPENAI_MODEL: "gpt-5" }])(
  "not where it is known, nor of the demo model (%j)",
  async (env) => {
    expect(await warningsOf(env)).toEqual([]);
  },
);
