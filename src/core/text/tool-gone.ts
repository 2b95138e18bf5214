/** What is said of a call whose tool this bot does not have now, wherever it is asked about. */

/** For whoever would approve it, or (`doubt`) says what became of it. */
export function cannotRun(tool: string, kind: "approval" | "doubt" = "approval"): string {
  const why = `This bot has no tool ${tool} now, so it can't run`;
  return kind === "doubt"
    ? `${why} again. If it did not run, say so: the agent is told that it can't.`
    : `${why}. Refuse it, or bring the tool back: then it can be approved again.`;
}

/** For whoever wants what takes the tool itself, where only another process has it. `next`: what to do, a sentence. */
export function notInThisProcess(tool: string, next: string): string {
  return `This reached a process without the tool ${tool}; another one has it. ${next}`;
}

/** The same of a question; null: nothing is missing, or it asks for no run. */
export function goneInWords(
  { kind, call }: { kind: string; call: { tool: string } | null },
  isGone: boolean | undefined,
): string | null {
  if (!isGone || !call || (kind !== "approval" && kind !== "doubt")) return null;
  return cannotRun(call.tool, kind);
}
