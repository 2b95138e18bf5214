/** What becomes of a call that was made by hand: its output, its work to the end, whether it helped. */
import { setTimeout as wait } from "node:timers/promises";
import type { CallContext, CallOutcome, Finished, JobState, Toolbox } from "../core/ports/toolbox.ts";
import { attachmentInWords } from "../core/text/attachment.ts";
import { timeInWords } from "../core/text/time.ts";

export interface Hand {
  /** The tool's name and its input as JSON; without a name the tools are listed. */
  args: readonly string[];
  print(line: string): void;
  /** What the person at the terminal answers; null when nobody can. */
  ask(question: string): Promise<string | null>;
  signal: AbortSignal;
}

/** One call, and the person who makes it. */
export interface ByHand {
  toolbox: Toolbox;
  name: string;
  input: unknown;
  context: CallContext;
  hand: Hand;
}

/** The exit code. */
export async function conclude(
  on: ByHand,
  outcome: CallOutcome | Exclude<JobState, { type: "running" | "unknown" }>,
): Promise<number> {
  const { print } = on.hand;
  switch (outcome.type) {
    case "begun":
      return follow(on, outcome.handle);
    case "asks":
      print(`It asks people, which only a run can do: ${outcome.ask.text}`);
      return 1;
    case "finished":
      print(outcome.output);
      for (const file of outcome.attachments ?? [])
        print(`Attached: ${attachmentInWords(file)}: ${file.alt}`);
      return after(on, outcome);
    case "failed":
      print(`${outcome.code}: ${outcome.message}`);
      return 1;
    case "in_doubt":
    case "lost":
      print(`It is not known whether it happened: ${outcome.reason}. Look before you run it again.`);
      return 1;
  }
}

/**
 * Looks at the work of a job until its end, and tells each progress once. Ctrl-C stops the work, not only the looking.
 */
async function follow(on: ByHand, handle: unknown): Promise<number> {
  const { toolbox, name, input, context, hand } = on;
  for (let told = ""; ; ) {
    const state = await toolbox.poll(name, input, handle, context);
    if (hand.signal.aborted) {
      const { words } = await toolbox.cancel(name, handle, {
        ...context,
        signal: new AbortController().signal,
      });
      hand.print(words);
      return 1;
    }
    if (state.type !== "running" && state.type !== "unknown") return conclude(on, state);
    if (state.progress !== told) hand.print(`… ${state.progress}`);
    told = state.progress;
    await wait(state.nextMs, undefined, { signal: hand.signal }).catch(() => {});
  }
}

/** Whether it helped, and how it can be undone. */
async function after({ toolbox, name, input, context, hand }: ByHand, done: Finished): Promise<number> {
  const until = Date.now() + (done.verifyForMs ?? 0);
  while (Date.now() < until && !hand.signal.aborted) {
    const { verdict, words, nextMs } = await toolbox.verify(name, input, done.output, context);
    const isOver = verdict === "better" || verdict === "worse";
    const again = isOver ? "" : `; it is looked at again until ${timeInWords(until)} (Ctrl-C ends that)`;
    hand.print(`${verdict.replace("_", " ")}: ${words}${again}`);
    if (isOver) break;
    await wait(Math.min(nextMs, until - Date.now()), undefined, { signal: hand.signal }).catch(() => {});
  }
  const { undo } = done;
  if (undo) hand.print(`To undo it: npm run tool -- ${undo.tool} '${JSON.stringify(undo.input)}'`);
  return 0;
}
