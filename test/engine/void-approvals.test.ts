/** A tool that has changed closes the cards of all runs that ask for it, whichever of them can't be read. */
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { UnreadableError } from "../../src/core/ports/unreadable.ts";
import { clock, startBot } from "../support/bot.ts";
import { deployment } from "../support/deployment.ts";
import { call, calling, scripted } from "../support/model/scripted.ts";
import { isAsking } from "../support/undoable.ts";

test("a damaged run keeps no other one's card open", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  const bot = await startBot({
    store,
    model: scripted(calling(call("deploy", { version: "v1" }))),
    tools: [deployment().tool],
  });
  onTestFinished(() => bot.stop());
  const damaged = await bot.launch("deploy v1");
  await bot.until(damaged, isAsking);
  const whole = await bot.launch("deploy v1");
  await bot.until(whole, isAsking);

  const { read } = store;
  store.read = (runId, after) =>
    runId === damaged
      ? Promise.reject(new UnreadableError("storage_damaged", "a byte is wrong", { what: `run ${runId}` }))
      : read(runId, after);
  await bot.engine.voidApprovals("deploy", "the tool changed: description");
  expect((await store.read(whole)).map(({ type }) => type)).toContain("approval_voided");
});
