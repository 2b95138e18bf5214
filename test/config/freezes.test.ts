/** Freezes as belay.config.ts writes them: docs/access.md keeps its word, and what can't work is told. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, test } from "vitest";
import { ConfigError, loadConfig } from "../../src/config.ts";
import { configFile, configFolder } from "../support/config-folder.ts";

const root = join(import.meta.dirname, "../..");

test("the example of the page is read as it says", async () => {
  const page = readFileSync(join(root, "docs/access.md"), "utf8");
  const [, code = ""] = /<!-- code: belay.config.ts, freezes -->\n```ts\n([\s\S]*?)```/.exec(page) ?? [];
  using folder = configFolder({ "belay.config.ts": code.replaceAll('"./src/', `"${root}/src/`) });
  const { freezes, warnings } = await loadConfig({}, folder.path);
  const everything = { tools: [], agents: [] };
  expect(freezes).toEqual([
    {
      ...{ name: "black friday", reason: "the shop is full", ...everything, approval: null },
      ...{ from: Date.UTC(2026, 10, 26, 23), until: Date.UTC(2026, 10, 30, 8), zone: "+01:00" },
    },
    {
      ...{ name: "weekend", reason: null, ...everything },
      ...{ cron: "0 16 * * 5", forMs: 64 * 3_600_000, zone: "Europe/Berlin" },
      approval: {
        ...{ by: ["slack:T0123ABCD/U01DANA", "slack:T0123ABCD/U02EVAN"], count: 1, ownRequest: true },
      },
    },
  ]);
  expect(warnings).toEqual([]);
});

const span = { from: "2026-11-27T00:00Z", until: "2026-11-30T09:00Z" };

/** A file with one tool that reads, one that changes something, and this freeze. */
function fileWith(...freezes: object[]): string {
  const tool = (name: string, effect: string) =>
    `defineTool({ name: "${name}", description: "For tests.", input: z.object({}), effect: "${effect}", run: () => "" })`;
  return [
    `import { z } from ${JSON.stringify(import.meta.resolve("zod"))};`,
    `import { defineTool } from ${JSON.stringify(join(root, "src/tools/define-tool.ts"))};`,
    configFile({ freezes }).replace("{", `{ tools: [${tool("look", "read")}, ${tool("wipe", "once")}], `),
  ].join("\n");
}

async function problemsOf(...freezes: object[]): Promise<readonly string[]> {
  using folder = configFolder({ "belay.config.ts": fileWith(...freezes) });
  const error: unknown = await loadConfig({}, folder.path).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof ConfigError ? error.problems : [];
}

it.each<[object, string]>([
  [
    { from: "2026-11-27", until: span.until },
    "freezes.0.from: is no time with its zone, such as 2026-11-27T00:00+01:00",
  ],
  [{ ...span, until: "2026-11-30T09:00" }, "freezes.0.until: is no time with its zone"],
  [{ ...span, until: "2026-11-31T09:00:00Z" }, "freezes.0.until: is no time with its zone"],
  [
    { from: span.until, until: span.from },
    "freezes.f.until: must be later than from, 2026-11-30T09:00Z; found 2026-11-27T00:00Z",
  ],
  [{ from: span.from, until: span.from }, "freezes.f.until: must be later than from"],
  [{ from: span.from }, "freezes.f: must have from and until, or cron and forMinutes; found from"],
  [{}, "freezes.f: must have from and until, or cron and forMinutes; found none of them"],
  [{ ...span, cron: "0 8 * * *" }, "found from, until, cron"],
  [{ cron: "0 8 * * *", forMinutes: 5, until: span.until }, "found until, cron, forMinutes"],
  [
    { ...span, timezone: "Europe/Berlin" },
    "freezes.f.timezone: goes with cron; from and until have their zone with them, as 2026-11-30T09:00Z has. Remove it",
  ],
  [{ cron: "daily", forMinutes: 5 }, "freezes.0.cron: is five cron fields"],
  [
    { cron: "0 8 * * *", forMinutes: 5, timezone: "Mars/Base" },
    "freezes.0.timezone: is no time zone such as Europe/Berlin",
  ],
  [
    { ...span, tools: ["wype"] },
    "freezes.f.tools: there is no tool wype (did you mean wipe?); the tools are wipe",
  ],
  [{ ...span, tools: ["look"] }, "freezes.f.tools: look only reads, which no freeze stops; remove it"],
  [
    { ...span, agents: ["defalt"] },
    "freezes.f.agents: there is no agent defalt (did you mean default?); the agents are default",
  ],
  [{ ...span, approval: { by: ["@leads"] } }, 'freezes.f.approval.by: "@leads" is no group'],
  [{ ...span, approval: { cuont: 2 } }, "freezes.0.approval.cuont: is not known (did you mean count?)"],
  [{ ...span, name: "a*b*" }, "freezes.0.name: is letters, digits, spaces, - and ."],
  [{ ...span, untill: span.until }, "freezes.0.untill: is not known (did you mean until?)"],
])("%j: %s", async (freeze, problem) => {
  expect(await problemsOf({ name: "f", ...freeze })).toEqual([expect.stringContaining(problem)]);
});

it("has a name of its own", async () => {
  const one = { name: "f", ...span };
  expect(await problemsOf(one, one)).toEqual([expect.stringContaining("freezes: two are named f")]);
});

it("is told when it asks for more people than the lists name", async () => {
  const approval = { by: ["slack:T1/U1"], count: 2 };
  using folder = configFolder({ "belay.config.ts": fileWith({ name: "f", ...span, approval }) });
  expect((await loadConfig({}, folder.path)).warnings).toEqual([
    expect.stringContaining("freezes.f.approval: it needs 2 different people, and the lists name 1"),
  ]);
});
