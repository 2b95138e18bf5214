/** The doctor tries what tools need: each once, bounded in time, and with nothing secret in what it says. */
import { expect, test } from "vitest";
import { z } from "zod";
import { tried, tryConnections } from "../../src/cli/try-connections.ts";
import { fine } from "../../src/core/ports/finding.ts";
import type { Connection } from "../../src/tools/connection.ts";
import { defineTool } from "../../src/tools/define-tool.ts";

const tool = (name: string, connection: Connection) =>
  defineTool({ name, description: "x", effect: "read", input: z.object({}), connection, run: () => "" });

test("tools that share a connection are tried once, and what was found holds no secret", async () => {
  let times = 0;
  const connection: Connection = {
    check: "shop",
    diagnose: async () => {
      times += 1;
      return [fine("shop", "let in with hunter2-hunter2")];
    },
  };
  const tools = [tool("one", connection), tool("two", connection)];
  const found = await tryConnections({ tools, toolServers: [], secrets: ["hunter2-hunter2"] });
  expect(times).toBe(1);
  expect(found).toEqual([fine("shop", expect.not.stringContaining("hunter2"))]);
});

test("one that gives no answer is given up, and told", async () => {
  let signal: AbortSignal | null = null;
  const silent: Connection = {
    check: "API orders",
    diagnose: (given) => {
      signal = given;
      return new Promise(() => {});
    },
  };
  expect(await tried(silent, 20)).toMatchObject([
    { ok: false, check: "API orders", detail: "no answer within 0.02 s" },
  ]);
  expect(signal).toMatchObject({ aborted: true });
});

test("what it throws is what was found", async () => {
  const broken: Connection = {
    check: "API orders",
    diagnose: () => Promise.reject(new Error("no route to host")),
  };
  expect(await tried(broken, 1_000)).toMatchObject([
    {
      ok: false,
      check: "API orders",
      detail: "no route to host",
      fix: expect.stringContaining("belay.config.ts"),
    },
  ]);
});
