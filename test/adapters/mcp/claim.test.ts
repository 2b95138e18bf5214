/** Of several processes that want to write the lock file one does, also when each finds the claim of a dead one. */
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { clearLeft, letGo, takeClaim } from "../../../adapters/mcp/claim.ts";

function place() {
  const home = mkdtempSync(join(tmpdir(), "belay-claim-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const claim = join(home, "lock.busy");
  /** Written so many minutes ago, or by a clock that was ahead. */
  const left = (minutes: number) => {
    writeFileSync(claim, "");
    const then = Date.now() / 1_000 - minutes * 60;
    utimesSync(claim, then, then);
  };
  return { home, claim, left };
}

test("who comes second does not get it, until the first lets go", () => {
  const { claim, home } = place();
  expect([takeClaim(claim), takeClaim(claim)]).toEqual([true, false]);
  letGo(claim);
  expect(takeClaim(claim)).toBe(true);
  expect(readdirSync(home)).toEqual(["lock.busy"]);
});

test.each([10, -10])("what was left %i minutes ago is taken over", (minutes) => {
  const { claim, left, home } = place();
  left(minutes);
  expect(takeClaim(claim)).toBe(true);
  expect(takeClaim(claim)).toBe(false);
  expect(readdirSync(home)).toEqual(["lock.busy"]);
});

test("of two that find it left in one moment, the slower does not take the claim of the quicker away", () => {
  const { claim, left, home } = place();
  left(10);
  // Both have looked. The quicker takes it over, then the slower clears what it has seen.
  expect(takeClaim(claim)).toBe(true);
  const { ino } = statSync(claim);
  expect(clearLeft(claim)).toBe(false);
  expect(statSync(claim).ino).toBe(ino);
  expect(takeClaim(claim)).toBe(false);
  letGo(claim);
  // And when the quicker is done by then, there is nothing to clear.
  expect(clearLeft(claim)).toBe(true);
  expect(readdirSync(home)).toEqual([]);
});
