/** A paste reads the same in however many pieces the terminal gives it. */
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { PasteMarks, withLineEnds } from "../../../adapters/terminal/pasted.ts";

const pasted = "\u001b[200~a\r\nb\rc\nd\r\u001b[201~";

test.each(Array.from(pasted.slice(6), (_, index) => index + 6))(
  "a paste cut after character %i has the line ends that it had",
  async (at) => {
    const keys = new PasteMarks(() => {});
    keys.write(pasted.slice(0, at));
    keys.end(pasted.slice(at));
    expect(withLineEnds(await text(keys))).toBe("a\nb\nc\nd\n");
  },
);
