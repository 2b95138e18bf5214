/** Senders who are not known yet are asked for side by side, and nobody waits for a question that is not their own. */
import { expect, test } from "vitest";
import { gate } from "../support/gate.ts";
import { listening, said } from "../support/listening-bot.ts";

const people = (count: number) => Array.from({ length: count }, (_, n) => `p${n}`);

test("ten are asked for at once, and who is known is heard meanwhile", async () => {
  const { accept, asked, answer, isSettled, settled } = await listening();
  for (const who of people(10)) await accept(said(who, `chat:C1/${who}`, who));
  await accept(said("known", "chat:C1/known"));
  await isSettled("known");
  expect(settled).toEqual(["known"]);
  expect(asked.map(({ who }) => who)).toEqual(people(10));
  for (const n of [3, 0, 9]) {
    answer(n);
    await isSettled(`p${n}`);
  }
  expect(settled).toEqual(["known", "p3", "p0", "p9"]);
  for (const n of people(10).keys()) answer(n);
  await isSettled(...people(10));
});

test("of more than fifty the others are asked for in their turn", async () => {
  const { accept, asked, answer, isSettled, isAsked } = await listening();
  for (const who of people(60)) await accept(said(who, `chat:C1/${who}`, who));
  await accept(said("known", "chat:C1/known"));
  await isSettled("known");
  expect(asked).toHaveLength(50);
  answer(7);
  await isAsked(51);
  expect(asked.at(-1)?.who).toBe("p50");
});

test("what was found out when the claim had run out is asked for anew", async () => {
  const { store, accept, answer, pass, isAsked, isSettled } = await listening();
  await accept(said("late", "chat:C1/here", "lee"));
  await isAsked(1);
  pass(5_000);
  answer(0, { name: "Lee as they were" });
  await isAsked(2);
  answer(1, { name: "Lee as they are" });
  await isSettled("late");
  const { runId } = (await store.inboxRow({ source: "chat", key: "late" })) ?? {};
  expect(await store.run(runId ?? "")).toMatchObject({ personName: "Lee as they are" });
});

test("a message that is claimed again while its sender is asked for is worked off once", async () => {
  const { accept, asked, answer, pass, isAsked, isSettled, settled } = await listening();
  await accept(said("slow", "chat:C1/here", "lee"));
  await isAsked(1);
  pass(5_000);
  await accept(said("known", "chat:C1/there"));
  await isSettled("known");
  answer(0);
  await isSettled("slow");
  expect(asked).toHaveLength(1);
  expect(settled).toEqual(["known", "slow"]);
});

test("a channel that breaks over a sender stops nobody, and is asked again", async () => {
  const { accept, asked, answer, pass, isAsked, isSettled } = await listening();
  await accept(said("broken", "chat:C1/here", "lee"));
  await isAsked(1);
  asked[0]?.tell.reject(new Error("no such field"));
  await accept(said("known", "chat:C1/there"));
  await isSettled("known");
  pass(5_000);
  await accept(said("next", "chat:C1/there"));
  await isAsked(2);
  answer(1);
  await isSettled("broken");
});

test("a private word that takes its time holds up nobody, and is waited for at the end", async () => {
  const held = gate();
  const order: string[] = [];
  const { accept, isSettled, stop } = await listening(async () => {
    await held.pass();
    // Longer than a stop takes that waits for nothing.
    for (let turn = 0; turn < 500; turn++) await new Promise((resolve) => setImmediate(resolve));
    order.push("told");
  });
  await accept(said("first", "chat:C1/here"));
  await held.reached;
  await accept(said("second", "chat:C1/there"));
  await isSettled("second");
  held.open();
  await stop();
  order.push("stopped");
  expect(order).toEqual(["told", "told", "stopped"]);
});
