/** A launch writes without a look at the log: what is there already refuses it, and is read only then. */
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { admit } from "../../src/core/admit/admit.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { Live } from "../../src/engine/folded-states.ts";
import { createRecord } from "../../src/engine/record.ts";
import { clock } from "../support/bot.ts";
import { launch } from "../support/core/commands.ts";
import { policyWith } from "../support/core/policy.ts";

async function launcher() {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  let reads = 0;
  const counted: Pick<Store, "read"> = {
    read(...given) {
      reads += 1;
      return store.read(...given);
    },
  };
  const command = launch({ task: "deploy" });
  /** By a process that remembers nothing; `knows`: it still has the agent. */
  const send = (knows = true) => {
    const unknown = { code: "unknown_agent", message: "There is no such agent." } as const;
    const record = createRecord({
      ...{ store, clock, log: pino({ level: "silent" }), redact: (text: string) => text },
      ...{ channels: new Set<string>(), live: new Live(counted), committed: () => {} },
      policyOf: async (state) => (knows || state.version > 0 ? policyWith() : unknown),
    });
    const by = { runId: command.runId, inbox: null, epoch: null, agent: "default" };
    return record({ ...by, propose: (state, policy) => admit(state, command, policy) });
  };
  return { send, reads: () => reads };
}

test("a new run is written without a read", async () => {
  const { send, reads } = await launcher();
  expect(await send()).toMatchObject({ type: "recorded", events: 1, state: { version: 1 } });
  expect(reads()).toBe(0);
});

test("a run that is there already is told as it stands, also when its agent is gone", async () => {
  const { send } = await launcher();
  await send();
  const there = { type: "refused", refusal: { code: "already_launched" }, state: { version: 1 } };
  expect(await send()).toMatchObject(there);
  expect(await send(false)).toMatchObject(there);
});

test("an agent that is unknown is refused, with nothing written", async () => {
  const { send } = await launcher();
  expect(await send(false)).toMatchObject({ type: "refused", refusal: { code: "unknown_agent" } });
  expect(await send()).toMatchObject({ type: "recorded", state: { version: 1 } });
});
