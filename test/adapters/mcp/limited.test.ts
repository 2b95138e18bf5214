/** The bound on what a server sends over HTTP. */
import { expect, test } from "vitest";
import { limited } from "../../../adapters/mcp/limited.ts";

/** What becomes of these pieces under a limit of 18 bytes. */
async function sent(isStream: boolean, ...pieces: string[]): Promise<string> {
  const bound = limited(isStream, 18);
  const taken: string[] = [];
  bound.on("data", (piece: Buffer) => taken.push(piece.toString()));
  const over = Promise.withResolvers<void>();
  bound.on("end", over.resolve).on("error", over.reject);
  for (const piece of pieces) bound.write(piece);
  bound.end();
  await over.promise;
  return taken.join("");
}

test.each([
  ["data: 1\n", "\ndata: 2", "data: 3 on"],
  ["data: 1\r\n", "\r\n", "data: 2", "data: 3 on"],
  ["data: 1\r", "\n\r", "\ndata", ": 2", "data: 3 on"],
])("an event whose end lies in two pieces is counted by itself: %j", async (...pieces) => {
  expect(await sent(true, ...pieces)).toBe(pieces.join(""));
});

test.each([
  [true, ["data: 1\n", "data: 2", "data: 3 on"]],
  [false, ["data: 1\n", "\ndata: 2", "data: 3 on"]],
] as const)("what is too long is not read on (a stream: %s)", async (isStream, pieces) => {
  await expect(sent(isStream, ...pieces)).rejects.toThrow("MB at once");
});
