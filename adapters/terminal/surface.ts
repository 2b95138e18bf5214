/** Where the chat is shown: a screen that is redrawn in place, or lines that follow each other. */
import type { Writable } from "node:stream";
import { type Line, plainText } from "./line.ts";

/** What the channel draws on. */
export interface Surface {
  /** Make this post stand: a known id is redrawn, or said again where nothing can be redrawn. */
  put(id: string, lines: readonly Line[]): void;
  /** Say something once. */
  tell(lines: readonly Line[]): void;
  /** What is typed next is for this; `prefill` stands in the line already. */
  expect(prompt: string, prefill?: string): void;
  close(): void;
}

/** For pipes and files: each line once, and none that will be replaced in a moment. */
export function plainSurface(output: Writable): Surface {
  const shown = new Map<string, readonly string[]>();
  const write = (lines: readonly string[]) => {
    if (lines.length > 0) output.write(`${lines.join("\n")}\n`);
  };
  return {
    put(id, lines) {
      const now = lines.filter((line) => !line.passing).map(plainText);
      const before = new Set(shown.get(id));
      shown.set(id, now);
      write(now.filter((line) => !before.has(line)));
    },
    tell: (lines) => write(lines.map(plainText)),
    expect() {},
    close() {},
  };
}
