/** The line of what must be read once more: who comes in line is read from then on, and nobody waits in vain. */
import { expect, test } from "vitest";
import { BehindLine } from "../../../adapters/discord/listen/behind.ts";

const nobody = async () => undefined;

/** Reads until nobody waits; the channels in their order. */
async function readAll(line: BehindLine): Promise<string[]> {
  const read: string[] = [];
  while (!line.isEmpty)
    await line.next({ read: async (channelId) => void read.push(channelId), open: nobody });
  return read;
}

test("a message that is missed while its channel is read has it read again", async () => {
  const line = new BehindLine();
  line.add("one", { hasFailed: true });
  await line.next({ read: async () => line.add("one", { hasFailed: true }), open: nobody });
  expect(await readAll(line)).toEqual(["one"]);
  expect(line.isEmpty).toBe(true);
});

test("a new session does not forget that something in a channel could not be taken", () => {
  const line = new BehindLine();
  line.add("one", { hasFailed: true });
  line.add("one");
  expect(line.hasFailed("one")).toBe(true);
});

test("a full line takes what is known to wait, and says of other channels that there is no room", async () => {
  const line = new BehindLine();
  const room = Array.from({ length: 201 }, (_, nth) => line.addIfRoom(`new ${nth}`, "guild"));
  expect(room.indexOf(false)).toBe(200);
  expect(line.addIfRoom("new 0", "guild")).toBe(true);
  line.add("missed", { guildId: "guild", hasFailed: true });
  expect(await readAll(line)).toContain("missed");
});
