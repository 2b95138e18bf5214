/**
 * Kill -9 between accepting a webhook and answering it: what was acknowledged has its run, nothing has two.
 * More of them by hand: node test/faults/webhook-kills.ts --kills 1000
 */
import { expect, test } from "vitest";
import { killLoop } from "./webhook-kills.ts";

test("fifteen kills lose nothing that was acknowledged and double nothing", async () => {
  const report = await killLoop(15);
  expect(report).toMatchObject({ kills: 15, lost: 0, doubled: 0 });
  expect(report.acknowledged).toBeGreaterThan(30);
});

test("the same loop catches a build that acknowledges before its commit", async () => {
  const report = await killLoop(4, "ack_first", 3);
  expect(report.lost).toBeGreaterThan(0);
});
