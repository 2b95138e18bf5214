/** One after another for each key, and no further. */
import { expect, test } from "vitest";
import { Turns } from "../../src/core/turns.ts";

test("tasks of one key wait for each other, also after a failure; those of another key do not wait", async () => {
  const turns = new Turns();
  const told: string[] = [];
  const gate = Promise.withResolvers<void>();
  const failing = turns.run("a", async () => {
    await gate.promise;
    told.push("a1");
    throw new Error("no");
  });
  const second = turns.run("a", async () => told.push("a2"));
  await turns.run("b", async () => told.push("b1"));
  expect(told).toEqual(["b1"]);

  gate.resolve();
  await expect(failing).rejects.toThrow("no");
  expect(await second).toBe(3);
  expect(told).toEqual(["b1", "a1", "a2"]);
});

test("is idle when what was begun is over, well or not", async () => {
  const turns = new Turns();
  const gate = Promise.withResolvers<void>();
  let isOver = false;
  const failing = turns.run("a", () => gate.promise.then(() => Promise.reject(new Error("no"))));
  const idle = turns.idle().then(() => {
    isOver = true;
  });
  await turns.run("b", async () => undefined);
  expect(isOver).toBe(false);

  gate.resolve();
  await expect(failing).rejects.toThrow("no");
  await idle;
  expect(isOver).toBe(true);
});
