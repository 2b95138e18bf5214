/** The door to the log stays shut behind a run that was forgotten, for a worker that still holds it. */
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { admit } from "../../src/core/admit/admit.ts";
import { fold } from "../../src/core/reduce/reduce.ts";
import { Live } from "../../src/engine/folded-states.ts";
import { createRecord } from "../../src/engine/record.ts";
import { clock, operator } from "../support/bot.ts";
import { launch } from "../support/core/commands.ts";
import { policyWith } from "../support/core/policy.ts";

const canary = "canary5up3rs3crt";

test("a fact that a worker brings to a run that was forgotten meanwhile is dropped, and the run let go", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  const log = pino({ level: "silent" });
  const deps = { store, clock, log, redact: (text: string) => text, channels: new Set<string>() };
  const policyOf = async () => policyWith();
  const record = createRecord({ ...deps, policyOf, live: new Live(store), committed: () => {} });
  const command = launch({ task: canary });
  const { runId } = command;
  const by = { runId, inbox: null, epoch: null };
  await record({ ...by, propose: (state, policy) => admit(state, command, policy), agent: "default" });
  const [claim] = await store.claim({ owner: "w1", now: clock.now(), leaseMs: 60_000, limit: 1 });
  const state = fold(await store.read(runId));
  const ended = { ...state, phase: { at: "complete", answer: "" } as const };
  const forget = { type: "forget", below: false, actor: operator, via: { channel: "api" } } as const;
  const forgotten = await record({
    ...{ ...by, salvaged: ended, forgets: { notes: [] } },
    propose: (now, policy) => admit(now, forget, policy),
  });
  expect(forgotten.type).toBe("recorded");

  const late = await record({
    ...{ ...by, epoch: claim?.epoch ?? 0 },
    propose: () => ({ ok: true, events: [{ type: "completed", answer: canary }] }),
  });
  expect(late).toMatchObject({ type: "recorded", events: 0, released: true });
  expect((await store.read(runId)).map(({ type }) => type)).toEqual(["forgotten"]);
});
