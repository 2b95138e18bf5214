/** Names that collide: no tool of a foreign server passes for one of another server, or for one of the bot's own. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { configFolder } from "../support/config-folder.ts";

const adapter = join(import.meta.dirname, "../../adapters/mcp/tools.ts");

interface Declared {
  name: string;
  prefix?: string;
  allow: string[];
}

/** What the configuration with these servers complains of; "": nothing. */
async function problemsOf(...servers: Declared[]): Promise<string> {
  using folder = configFolder({
    "belay.config.ts": `import { mcp } from ${JSON.stringify(adapter)};
export default {
  tools: ({ configDir }) => ${JSON.stringify(servers)}.map((server) => mcp({ configDir, command: "none", ...server })),
};
`,
  });
  return await loadConfig({ OPENAI_API_KEY: "x" }, folder.path).then(
    () => "",
    (error: unknown) => String(error),
  );
}

const twice = (name: string) => `two tools are named ${name}; rename or remove one`;

test.each<[string, Declared[], string]>([
  [
    "two servers of one prefix",
    [
      { name: "files", prefix: "x", allow: ["read"] },
      { name: "disks", prefix: "x", allow: ["read"] },
    ],
    twice("x_read"),
  ],
  [
    "a prefix and a name that together are another's",
    [
      { name: "files", allow: ["old_read"] },
      { name: "files-old", allow: ["read"] },
    ],
    twice("files_old_read"),
  ],
  [
    "names that are the same once they are written in the letters of here",
    [
      { name: "files", prefix: "x", allow: ["do-it"] },
      { name: "disks", prefix: "x", allow: ["Do.It"] },
    ],
    twice("x_do_it"),
  ],
  ["a name of the bot's own tools", [{ name: "ask", allow: ["human"] }], twice("ask_human")],
  ["another of them, by its cleaned name", [{ name: "final", allow: ["ANSWER"] }], twice("final_answer")],
  ["a name that the bot itself has", [{ name: "past", allow: ["runs"] }], twice("past_runs")],
  [
    "two servers of one name",
    [
      { name: "files", allow: ["read"] },
      { name: "files", prefix: "other", allow: ["read"] },
    ],
    "two servers are named files; rename one",
  ],
])("%s are told at the start", async (_, servers, words) => {
  expect(await problemsOf(...servers)).toContain(words);
});

test("two servers with tools of the same name are told apart by their prefixes", async () => {
  expect(await problemsOf({ name: "files", allow: ["read"] }, { name: "disks", allow: ["read"] })).toBe("");
});
