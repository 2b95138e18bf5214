/** An approval that needs more people than anybody lists is told at the start: no call of that tool would ever run. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { local } from "../../src/config/rights.ts";
import { loadConfig } from "../../src/config.ts";
import { agentFile, configFile, configFolder } from "../support/config-folder.ts";

const source = join(import.meta.dirname, "../../src");

/** What the start warns of, for an agent with one tool of this rule. */
async function warned(
  requiresApproval: object,
  config: Record<string, unknown> = { agents: { "*": {} } },
): Promise<readonly string[]> {
  const file = [
    `import { z } from ${JSON.stringify(import.meta.resolve("zod"))};`,
    `import { defineTool } from ${JSON.stringify(join(source, "tools/define-tool.ts"))};`,
    "const wipe = defineTool({ name: 'wipe', description: 'Wipes.', input: z.object({}), run: () => '',",
    `  requiresApproval: ${JSON.stringify(requiresApproval)} });`,
    configFile(config).replace("{", "{ tools: [wipe], "),
  ].join("\n");
  using folder = configFolder({
    "belay.config.ts": file,
    "prompts/default.md": agentFile({ name: "default", tools: ["wipe", "final_answer"] }),
  });
  return (await loadConfig({}, folder.path)).warnings;
}

const fresh = { "*": { launch: local, approve: local } };
const twoTokens = ["dana", "evan"].map((name) => ({
  name,
  secretEnv: `${name.toUpperCase()}_TOKEN`,
  scopes: ["approve"],
}));

test.each([
  [
    "two people, of whom a fresh install knows one",
    { count: 2 },
    { agents: fresh },
    "needs 2 different people, and the lists name 1",
  ],
  [
    "somebody else, where only the owner starts runs",
    { ownRequest: false },
    { agents: fresh },
    "1 different people besides whoever starts the run, and the lists name 1",
  ],
  [
    "three of a group of two",
    { by: ["@oncall"], count: 3 },
    { people: { oncall: ["slack:T1/U1", "slack:T1/U2"] } },
    "name 2; name more in `by`",
  ],
  ["a machine", { by: ["webhook:ci"] }, {}, "the lists name 0"],
])("%s is told", async (_, rule, config, words) => {
  const [first, ...more] = await warned(rule, config);
  expect(first).toContain("tools.wipe.requiresApproval: it needs");
  expect(first).toContain(words);
  expect(more).toEqual([]);
});

test.each([
  ["two of a group", { by: ["@oncall"], count: 2 }, { people: { oncall: ["slack:T1/U1", "slack:T1/U2"] } }],
  ["two of a user group, whose members nobody here knows", { by: ["slack:T1/group:S1"], count: 2 }, {}],
  [
    "two of everybody in a workspace",
    { count: 2, ownRequest: false },
    { agents: { "*": { launch: ["slack:T1/*"], approve: ["slack:T1/*"] } } },
  ],
  [
    "somebody else than a person who may not approve",
    { by: ["slack:T1/U1"], ownRequest: false },
    { agents: { "*": { launch: ["slack:T1/U2"] } } },
  ],
])("%s is not", async (_, rule, config) => {
  expect(await warned(rule, config)).toEqual([]);
});

test("tokens that may approve count among `token:*`", async () => {
  const config = { agents: fresh, tokens: twoTokens };
  const about = (lines: readonly string[]) => lines.filter((line) => line.includes("requiresApproval"));
  expect(about(await warned({ count: 3 }, config))).toEqual([]);
  expect(about(await warned({ count: 4 }, config))).toEqual([expect.stringContaining("the lists name 3")]);
});
