/** What a run did: its calls that may have changed something, with the arguments they ran with, and what became of each. */
import type { Policy } from "./agent.ts";
import type { ToolCall } from "./chosen-call.ts";
import type { RunEvent } from "./event.ts";
import { directCallId, undoCallId } from "./text/person-calls.ts";
import { verdictInWords } from "./text/verdict.ts";

/** `words`: what became of it. */
export type DoneCall = ToolCall & { words: string };

/** What later events speak of by an id. */
interface Known {
  calls: Map<string, ToolCall>;
  /** The call that each question is about. */
  asked: Map<string, string>;
  /** The calls that have begun. */
  done: Map<string, DoneCall>;
}

/** In the order in which they began. A tool that nobody knows may have changed something. */
export function doneIn(
  events: readonly RunEvent[],
  { tools, formerTools }: Pick<Policy, "tools" | "formerTools">,
): DoneCall[] {
  const known: Known = { calls: new Map(), asked: new Map(), done: new Map() };
  const all = events.flatMap((event) => {
    learn(known, event);
    const words = wordsOf(event);
    if (words === null || !("callId" in event) || event.callId === null) return [];
    const begun = known.done.get(event.callId);
    if (begun) begun.words = words;
    const call = known.calls.get(event.callId);
    if (begun || !call || event.type !== "call_started") return [];
    const fresh = { ...call, words };
    known.done.set(event.callId, fresh);
    return [fresh];
  });
  return all.filter(({ tool }) => (tools[tool] ?? formerTools?.[tool])?.effect !== "read");
}

function learn({ calls, asked, done }: Known, event: RunEvent): void {
  switch (event.type) {
    case "launched":
      if (event.call) calls.set(directCallId, event.call);
      break;
    case "model_answered":
      for (const { id, tool, input } of event.calls) {
        // Providers may use an id again.
        done.delete(id);
        calls.set(id, { tool, input });
      }
      break;
    case "undo_asked":
      calls.set(undoCallId(event.questionId), event.call);
      break;
    case "question_asked":
      if (event.question.callId !== null) asked.set(event.question.id, event.question.callId);
      break;
    case "approval_granted":
    case "call_edited": {
      const callId = asked.get(event.questionId) ?? "";
      const call = calls.get(callId);
      if (call && event.input !== undefined) calls.set(callId, { ...call, input: event.input });
    }
  }
}

function wordsOf(event: RunEvent): string | null {
  switch (event.type) {
    case "call_started":
      return "begun, and how it ended is not known";
    case "call_finished":
      return "done";
    case "call_failed":
      return `failed: ${event.message}`;
    case "call_doubted":
      return "it was not known whether it happened";
    case "call_verified":
      return `done; ${verdictInWords(event)}`;
    default:
      return null;
  }
}
