/**
 * A bot is restarted while deliveries arrive that nobody sends again: each that the bot took has its run.
 * More of them by hand: node test/faults/restarts.ts --restarts 20 --rate 50
 */
import { expect, test } from "vitest";
import { restartLoop } from "./restarts.ts";

test("two restarts under deliveries refuse none that they hear and lose none", async () => {
  const report = await restartLoop(2, 20);
  expect(report).toMatchObject({ restarts: 2, refused: [], lost: 0 });
  expect(report.cut.length).toBeLessThanOrEqual(report.restarts);
  expect(report.acknowledged).toBeGreaterThan(20);
});
