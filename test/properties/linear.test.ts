/**
 * Strangers choose the text that the bot reads and draws: none of it may cost more than its length. Every reader is given
 * long repetitions of what its patterns look for.
 *
 * A reader runs in a thread of its own, and what counts is that thread's processor time: how busy the machine is does not
 * matter. What is linear takes a few dozen milliseconds here, the limit is many times that; what is quadratic takes seconds,
 * what is cubic never ends and is stopped with its thread.
 */
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { readers } from "../support/linear/readers.ts";

const length = 200_000;
const mostMs = 1_500;
/** By then a thread is stopped: whatever it is doing, it is not linear. */
const stopMs = 150_000;

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
  fragment: string;
  ms: number;
}

/** What each repetition cost; the one that did not end is told with what it cost until it was stopped. */
function costs(reader: string): Promise<Told[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Told[]>();
  const told: Told[] = [];
  const worker = new Worker(new URL("../support/linear/worker.ts", import.meta.url), {
    workerData: { reader, length, fragments },
  });
  const stop = setTimeout(() => {
    told.push({ fragment: fragments[told.length] ?? "", ms: stopMs });
    void worker.terminate();
  }, stopMs);
  worker.on("message", (one: Told) => told.push(one));
  worker.on("error", reject);
  worker.on("exit", () => {
    clearTimeout(stop);
    resolve(told);
  });
  return promise;
}

test.each(Object.keys(readers))(
  "%s costs no more than the length of its text",
  async (reader) => {
    const told = await costs(reader);
    expect(told.filter(({ ms }) => ms > mostMs)).toEqual([]);
    expect(told).toHaveLength(fragments.length);
  },
  200_000,
);
