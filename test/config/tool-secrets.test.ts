/** Secrets that tools are given by name: from a variable or a file, hidden everywhere, and missed with words. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { agentFile, configFolder } from "../support/config-folder.ts";

const defineTool = join(import.meta.dirname, "../../src/tools/define-tool.ts");
const zod = join(import.meta.dirname, "../../node_modules/zod/index.js");

/** One tool that shows what it was given, and needs it. */
const files = {
  "belay.config.ts": `
    import { z } from ${JSON.stringify(zod)};
    import { defineTool } from ${JSON.stringify(defineTool)};
    export default { tools: ({ secret }) => {
      const token = secret("HOOK_TOKEN");
      return [defineTool({
        name: "knock", description: "Knock.", effect: "read", input: z.object({}), secrets: [token],
        run: () => token.reveal(),
      })];
    } };`,
  "prompts/default.md": agentFile({ name: "default", tools: ["knock", "final_answer"] }),
};

const context = { runId: "r", callId: "c", key: "r:c", epoch: 1, signal: new AbortController().signal };

test("a secret reaches its tool from a variable, and is one that must never be shown", async () => {
  using folder = configFolder(files);
  const config = await loadConfig({ HOOK_TOKEN: "swordfish-swordfish" }, folder.path);
  const knock = config.tools.find(({ spec }) => spec.name === "knock");
  expect(await knock?.run({}, context)).toBe("swordfish-swordfish");
  expect(config.secrets).toContain("swordfish-swordfish");
});

test("or from the file that a variable names, without the line's end", async () => {
  using folder = configFolder({ ...files, "secrets/hook": "from-a-file-it-came\n" });
  const config = await loadConfig({ HOOK_TOKEN_FILE: join(folder.path, "secrets/hook") }, folder.path);
  expect(config.secrets).toContain("from-a-file-it-came");
  const wrong = loadConfig({ HOOK_TOKEN_FILE: join(folder.path, "nowhere") }, folder.path);
  await expect(wrong).rejects.toThrow(/HOOK_TOKEN_FILE: the file can't be read: .*correct the path/);
});

test("a tool without its secret is left out with one line; its agent works without it", async () => {
  using folder = configFolder(files);
  const config = await loadConfig({}, folder.path);
  expect(config.tools.map(({ spec }) => spec.name)).not.toContain("knock");
  expect(config.warnings).toContain(
    "tools.knock: left out, its secret is missing; set HOOK_TOKEN or HOOK_TOKEN_FILE",
  );
  expect(config.agents.map(({ name }) => name)).toEqual(["default"]);
});
