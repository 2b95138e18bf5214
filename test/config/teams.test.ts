/** docs/access.md keeps its word: its configuration of two teams works, and each has its own lists. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { local } from "../../src/config/rights.ts";
import { loadConfig } from "../../src/config.ts";
import { agentFile, configFolder } from "../support/config-folder.ts";

const root = join(import.meta.dirname, "../..");

test("two teams, each with its own people, and what nobody listed for the owner's machine", async () => {
  const page = readFileSync(join(root, "docs/access.md"), "utf8");
  const [, code = ""] = /<!-- code: belay.config.ts, two teams -->\n```ts\n([\s\S]*?)```/.exec(page) ?? [];
  using folder = configFolder({
    "belay.config.ts": code.replaceAll('"./src/', `"${root}/src/`),
    "prompts/payments.md": agentFile({ name: "payments" }),
    "prompts/search.md": agentFile({ name: "search" }),
  });
  const { rights, routes, warnings } = await loadConfig({}, folder.path);
  expect(rights.payments).toMatchObject({
    launch: ["slack:T0123ABCD/group:S01PAY"],
    approve: ["slack:T0123ABCD/U01DANA", "slack:T0123ABCD/U02EVAN", "slack:T0123ABCD/U03FINN"],
  });
  expect(rights.search?.approve).toEqual(["slack:T0123ABCD/group:S02SEARCH"]);
  expect(rights.default).toMatchObject({ launch: local, approve: local });
  expect(routes).toEqual({ "slack:T0123ABCD/C01PAY": "payments", "slack:T0123ABCD/C02SEARCH": "search" });
  expect(warnings).toEqual([]);
});
