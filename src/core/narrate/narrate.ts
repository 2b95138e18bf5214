/** `narrate(state) → posts`: the chat as it should look now, with stable keys. Nobody else words what a run says. */

import {
  type Block,
  type Button,
  type Inline,
  type Message,
  type Post,
  questionKey,
  type StepLine,
  textBlock,
} from "../message.ts";
import { spentTokens } from "../reduce/settle.ts";
import { keptLines } from "../reduce/step-lines.ts";
import { type Call, hasEnded, pendingCalls, type State, statusOf, underPause } from "../state.ts";
import { argumentsInBrief, brief } from "../text/brief.ts";
import { count, plural } from "../text/count.ts";
import { durationInWords } from "../text/duration.ts";
import { dollars } from "../text/money.ts";
import { outageInParts } from "../text/outage.ts";
import { wordsInBrief } from "../text/plain-words.ts";
import { statusWords, statusWordsOf, stopping } from "../text/status.ts";
import { narratePictures } from "./picture.ts";
import { audience, listed, narrateOpen, narrateSettled } from "./question.ts";

/** An answer of up to this many characters stands in the progress post itself. */
const shortAnswer = 600;

/** All posts of the run, also those that did not change: the caller compares them with what stands. */
export function narrate(state: State): Post[] {
  const questions = [
    ...state.settled.map((question) => ({
      key: questionKey(question.id),
      body: narrateSettled(question, state),
    })),
    ...state.questions.map((question) => ({
      key: questionKey(question.id),
      body: narrateOpen(question, state),
    })),
  ];
  const pictures = narratePictures(state);
  // A child run speaks only to ask and to show: its steps are one line of its parent.
  if (state.parent) return [...questions, ...pictures];
  const posts = [{ key: "progress", body: progress(state) }, ...questions, ...pictures];
  const answer = longAnswer(state);
  return answer ? [...posts, answer] : posts;
}

function progress(state: State): Message {
  const title = brief(state.title, 120);
  const asked: Inline[] = ["asked by ", { person: state.from }];
  const blocks: Block[] = [{ type: "heading", text: title, note: asked }];
  const lines = [...state.lines, ...pendingCalls(state).flatMap((call) => pendingLine(call, state))];
  const more = Math.max(0, lines.length - keptLines);
  if (lines.length > 0) {
    blocks.push({ type: "steps", folded: state.linesFolded + more, lines: lines.slice(more) });
  }
  const outcome = outcomeOf(state);
  if (outcome !== null) blocks.push(textBlock(outcome, state.readUntrusted));
  blocks.push({ type: "note", parts: footer(state) });
  const buttons = buttonsOf(state);
  if (buttons.length > 0) blocks.push({ type: "actions", buttons });
  return { summary: `${title} — ${statusInWords(state)}`, blocks };
}

function pendingLine(call: Call, { questions, phase }: State): StepLine[] {
  const title = call.tool;
  const detail = argumentsInBrief(call.input);
  switch (call.is.at) {
    case "asking": {
      const question = questions.find(({ callId, kind }) => callId === call.id && kind === "ask");
      const asked = question && !call.asks ? wordsInBrief(question.text, 80) : detail;
      return [{ shape: "waiting", title, detail: `${asked} — waiting`, ms: null }];
    }
    case "doubted":
      return [{ shape: "waiting", title, detail: `${detail} — not known whether it ran`, ms: null }];
    case "sleeping":
    case "with_child":
      return [{ shape: "waiting", title, detail, ms: null }];
    case "in_job":
    case "started":
    case "verifying": {
      const progress = call.progress === undefined ? "" : ` — ${brief(call.progress, 80)}`;
      return [{ shape: "running", title, detail: `${detail}${progress}`, ms: null }];
    }
    case "approved":
    case "answered": {
      const isPaused = phase.at === "paused";
      if (isPaused || call.is.elsewhere) {
        const what = isPaused ? "a resume" : "a process that has this tool";
        return [{ shape: "waiting", title, detail: `${detail} — waits for ${what}`, ms: null }];
      }
      return call.is.at === "approved" ? [{ shape: "running", title, detail, ms: null }] : [];
    }
    default:
      return [];
  }
}

function outcomeOf(state: State): string | null {
  const phase = state.phase;
  switch (phase.at) {
    case "complete":
      return phase.answer.length <= shortAnswer ? phase.answer : null;
    case "failed":
      return `It failed: ${phase.message}`;
    case "cancelled":
      // By whom stands in the footer: a name is no Markdown.
      return phase.reason === "" ? "Stopped." : `Stopped: ${phase.reason}`;
    default:
      return null;
  }
}

function longAnswer(state: State): Post | null {
  if (state.phase.at !== "complete" || state.phase.answer.length <= shortAnswer) return null;
  const body: Message = {
    summary: wordsInBrief(state.phase.answer, 120),
    blocks: [textBlock(state.phase.answer, state.readUntrusted)],
  };
  return { key: "answer", body };
}

/** What it is doing, or how it ended, with the numbers that people asked for. */
function footer(state: State): Inline[] {
  const status = [statusInWords(state), ...stoppedBy(state), ...waitingFor(state)];
  const parts: Inline[] = [...status, ` · ${plural(state.steps, "step")}`];
  const tokens = spentTokens(state);
  if (hasEnded(state) && tokens > 0) parts.push(` · ${count(tokens)} tokens`);
  const cost = state.usage.costUsd;
  if (hasEnded(state) && cost !== null && cost > 0) parts.push(` · ${dollars(cost)}`);
  const phase = underPause(state.phase);
  if (phase.at === "thinking" && state.outage !== null) {
    // By the trouble's own time: a new try that is under way edits no message.
    const between = state.outage.failures === 1 ? ", " : " ";
    parts.push(` · the model did not answer${between}`, ...outageInParts(state.outage));
  }
  if (state.recoveries > 0 && !hasEnded(state)) parts.push(" · was restarted and carried on");
  return parts;
}

function stoppedBy({ phase }: State): Inline[] {
  return phase.at === "cancelled" ? [" by ", { person: phase.from }] : [];
}

/** For whom it waits, and since when. Only the question's own post pings them. */
function waitingFor(state: State): Inline[] {
  const question = state.questions[0];
  if (!question || statusOf(state) !== "waiting_human_input") return [];
  const silent = audience(question, state).map((part) =>
    typeof part === "object" && "ping" in part ? { ...part, ping: false } : part,
  );
  const preposition = question.kind === "approval" ? " by " : " from ";
  return [preposition, ...listed(silent), " since ", { time: question.askedAt }];
}

/** A few words in lower case, for people. */
export function statusInWords(state: State): string {
  const status = statusOf(state);
  switch (status) {
    case "running":
      return state.phase.at === "cancelling" ? stopping : statusWords.running;
    case "complete":
      return `done in ${durationInWords(state.updatedAt - state.launchedAt)}`;
    default:
      return statusWordsOf(
        status,
        state.questions.some(({ kind }) => kind === "approval"),
      );
  }
}

function buttonsOf(state: State): Button[] {
  const runId = state.runId;
  const open: Button = { action: "open", label: "Open", style: "plain", runId };
  if (hasEnded(state)) return [open];
  const stop: Button = { action: "stop", label: "Stop", style: "danger", runId };
  const status = statusOf(state);
  const resumable = status === "paused" || status === "max_steps_reached";
  return resumable
    ? [{ action: "resume", label: "Resume", style: "primary", runId }, stop, open]
    : [stop, open];
}
