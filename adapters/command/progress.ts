/** How far a job's command is: the last line that it wrote. */
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { files } from "./records.ts";

/** So much of the end of an output file is read for a line of progress. */
const tailBytes = 2_000;

/** The last line that it wrote, wherever it wrote last. Programs draw their progress with carriage returns. */
export async function lastLine(path: string): Promise<string> {
  const outputs = await Promise.all(
    [files.stdout, files.stderr].map(async (name) => {
      const found = await stat(join(path, name)).catch(() => null);
      return { name, size: found?.size ?? 0, at: found?.mtimeMs ?? 0 };
    }),
  );
  const [last] = outputs.filter(({ size }) => size > 0).sort((a, b) => b.at - a.at);
  if (!last) return "";
  const lines = (await tailOf(join(path, last.name), last.size)).split(/[\r\n]+/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours and cursor movements are what is taken out.
  const plain = lines.map((line) => line.replace(/\u001b\[[\d;?]*[A-Za-z]|\p{Cc}/gu, "").trim());
  return plain.findLast((line) => line !== "") ?? "";
}

async function tailOf(path: string, size: number): Promise<string> {
  const file = await open(path, "r");
  try {
    const length = Math.min(size, tailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead).toString();
  } finally {
    await file.close();
  }
}
