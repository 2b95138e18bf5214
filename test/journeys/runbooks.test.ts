/** A run that goes by a runbook: it knows which there are before it thinks, and what it has read stays as it read it. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runbooks } from "../../adapters/runbooks/tools.ts";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Model } from "../../src/core/ports/model.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { agent, clock, operator, startBot } from "../support/bot.ts";
import { ask, call, calling, finalAnswer, type ScriptedModel, scripted } from "../support/model/scripted.ts";

const example = join(import.meta.dirname, "../../docs/examples/runbooks/checkout-errors.md");

function folderWithExample(): { folder: string; file: string } {
  const root = mkdtempSync(join(tmpdir(), "belay-runbooks-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const folder = join(root, "runbooks");
  mkdirSync(folder);
  const file = join(folder, "checkout-errors.md");
  copyFileSync(example, file);
  return { folder, file };
}

async function botWith(folder: string, model: Model, store: Store) {
  const tools = runbooks({ folder });
  const known = agent();
  const reading = {
    tools: [...known.tools, ...tools.map(({ spec }) => spec.name)],
    prefetch: ["list_runbooks"],
  };
  return startBot({ model, store, tools, agents: [agent(reading)] });
}

function told({ requests }: ScriptedModel, nth: number): string {
  return JSON.stringify(requests[nth]?.input);
}

const reading = calling(call("read_runbook", { name: "checkout-errors", file: null }));

test("knows the runbooks before its first thought, and goes by the one that it reads, through a restart", async () => {
  const { folder, file } = folderWithExample();
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  const before = scripted(reading, calling(ask("Was there a deployment?")));
  const bot = await botWith(folder, before, store);
  const runId = await bot.launch("why can nobody pay?");
  await bot.untilStatus(runId, "waiting_human_input");
  expect(told(before, 0)).toContain(
    "- checkout-errors: CheckoutErrors fires, or people say that they can't pay.",
  );
  expect(told(before, 1)).toContain("Do not restart again.");
  expect(told(before, 1)).not.toContain('<data source=\\"read_runbook');
  await bot.stop();

  writeFileSync(file, "---\nname: checkout-errors\ndescription: Changed.\n---\nRestart everything.\n");
  const after = scripted(finalAnswer("No deployment: ask for a restart."));
  const next = await botWith(folder, after, store);
  onTestFinished(() => next.stop());
  const answer = { type: "provide_input", questionId: null, answer: "no", actor: operator } as const;
  await next.engine.command(runId, { ...answer, via: { channel: "console" } }, null);
  await next.untilEnd(runId);
  expect(told(after, 0)).toContain("Do not restart again.");
  expect(told(after, 0)).not.toContain("Restart everything.");
});
