/**
 * Strangers choose the text that the bot reads and draws: none of it may cost more than its length. Every reader is
 * given long repetitions of what its patterns look for.
 *
 * They run in a thread, and what counts is that thread's processor time: how busy the machine is does not matter. What
 * is linear takes a few dozen milliseconds here, the limit is many times that; what is quadratic takes seconds, what
 * is cubic never ends and is stopped with its thread.
 */
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { readers } from "../support/linear/readers.ts";

const length = 100_000;
const mostMs = 1_500;
/** One repetition that takes this long by the clock will not end: its thread is stopped. */
const stopMs = 120_000;

const fragments = [
  ..."a[]()<>`~|*_#>-!\\\"'{&@:.1 \n\t\r",
  "](",
  "[a](b",
  "[a](b)",
  '[a](b "',
  "![",
  "[[a](b)](",
  "<a:",
  "<https://",
  "<https://a|",
  "<@U1|",
  "<#C1|",
  "://",
  "a.",
  "a.a://",
  "https://",
  "https://a(",
  "www.",
  "``",
  "` ``",
  "`a",
  "`a`",
  "```\n",
  "```\na\n```\n",
  "~~~\n",
  "~\u2028",
  "> ```\n",
  "> > ",
  "\\`",
  "**",
  "**a",
  "| ",
  "|a|\n",
  "|-|\n",
  "- ",
  "1. ",
  "# ",
  "\u200b",
  "\u00a0",
  "\u2028",
  "e\u0301",
  "1\u00a0000",
  "\u{1f469}\u200d",
  "❤\ufe0f",
  "\u001b[",
  "\u001b[0",
  "-eyJaaaaaaaa",
  "eyJaaaaaaaa.",
  "-sk-",
  "Bearer ",
  "://a:",
  "-----BEGIN PRIVATE KEY-----",
  "@here",
  "&amp;",
  "&a",
  '[{"a":',
  '"\\',
  "</data>",
  "<\u200b",
  "On a wrote:\n",
  "From: a\n",
  "word ",
  "line\n\n",
];

interface Told {
  reader: string;
  fragment: string;
  /** Processor time; null while it runs. */
  ms: number | null;
}

/** What each repetition cost each reader; the one that did not end is the last, without a time. */
function costs(): Promise<Told[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Told[]>();
  const told: Told[] = [];
  const worker = new Worker(new URL("../support/linear/worker.ts", import.meta.url), {
    workerData: { length, fragments },
  });
  const stop = setTimeout(() => void worker.terminate(), stopMs);
  worker.on("message", (one: Told) => {
    stop.refresh();
    if (told.at(-1)?.ms === null) told.pop();
    told.push(one);
  });
  worker.on("error", reject);
  worker.on("exit", () => {
    clearTimeout(stop);
    resolve(told);
  });
  return promise;
}

test("nothing costs more than the length of its text", async () => {
  const told = await costs();
  expect(told.filter(({ ms }) => ms === null || ms > mostMs)).toEqual([]);
  expect(told).toHaveLength(Object.keys(readers).length * fragments.length);
}, 600_000);
