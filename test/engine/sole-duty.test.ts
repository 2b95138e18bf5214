/** What only one process does is taken up and put down while that process begins to stop. */
import { expect, test } from "vitest";
import { soleDuty } from "../../src/engine/sole-duty.ts";
import { clockOf } from "../support/clock.ts";
import { gate } from "../support/gate.ts";
import { memoryInlet } from "../support/webhook/inlet.ts";

const noon = Date.parse("2026-01-10T12:00:00Z");

/** A schedule that has been due for hours, and channels that are taken up when the door opens. */
function duty() {
  const inlet = memoryInlet();
  inlet.notes.set("schedule:nightly", "2026-01-09T02:30:00.000Z");
  const door = gate();
  const nightly = {
    name: "nightly",
    cron: "30 2 * * *",
    timeZone: "UTC",
    agent: "a",
    task: "t",
    speaksAt: null,
  };
  const engine = { ...inlet, hold: () => door.pass(), letGo: async () => {} };
  const log = { info() {}, warn() {} };
  return { inlet, door, duty: soleDuty(engine, { schedules: [nightly], clock: clockOf(() => noon), log }) };
}

test("what was missed is launched by who takes it up", async () => {
  const { inlet, door, duty: mine } = duty();
  door.open();
  await mine.take();
  expect(inlet.launches).toHaveLength(1);
  await mine.drop();
});

test("a process that began to stop while it took it up launches nothing", async () => {
  const { inlet, door, duty: mine } = duty();
  const taking = mine.take();
  await door.reached;
  await mine.stopSchedules();
  door.open();
  await taking;
  expect(inlet.launches).toHaveLength(0);
  await mine.drop();
});
