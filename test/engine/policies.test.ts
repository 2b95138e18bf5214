/** What is known of agents and tools that are gone, when releases start at the same moment. */
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { noteKinds, readNote } from "../../src/core/store/notes.ts";
import { Policies } from "../../src/engine/policies.ts";
import { agent, clock, openRights } from "../support/bot.ts";
import { noneElsewhere } from "../support/none-elsewhere.ts";
import { deployment } from "../support/undoable.ts";

/** A store whose notes are answered when both have asked for the same one for the first time. */
function readTogether(store: Store): Pick<Store, "note"> {
  const waiting = new Map<string, { asked: number; both: PromiseWithResolvers<void> }>();
  return {
    async note(name) {
      const one = waiting.get(name) ?? { asked: 0, both: Promise.withResolvers<void>() };
      waiting.set(name, one);
      const value = await store.note(name);
      if (++one.asked === 2) one.both.resolve();
      await one.both.promise;
      return value;
    },
  };
}

test("two releases that start at the same moment keep each other's agents and tools", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  const shared = { ...store, ...readTogether(store) };
  const release = (name: string) => {
    const rights = { "*": openRights, [name]: { ...openRights, approve: [`slack:T1/${name}`] } };
    const { spec } = deployment().tool;
    const tools = { [`tool_of_${name}`]: { ...spec, name: `tool_of_${name}` } };
    const agents = [agent({ name, hash: name })];
    return new Policies({ store: shared, agents, tools, rights, elsewhere: noneElsewhere, clock });
  };
  await Promise.all([release("one").pin(), release("two").pin()]);
  const rights = await readNote(store, noteKinds.agentRights);
  expect(rights).toMatchObject({ one: { approve: ["slack:T1/one"] }, two: { approve: ["slack:T1/two"] } });
  const tools = await readNote(store, noteKinds.knownTools);
  expect(Object.keys(tools ?? {}).sort()).toEqual(["tool_of_one", "tool_of_two"]);
});
