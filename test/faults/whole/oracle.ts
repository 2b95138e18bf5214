/** The judge: compares what was seen outside with what the bots say of it. It knows nothing of their store or their code. */
import { type Item, isRefused, type Ledger, onceTools } from "./ledger.ts";
import { endingOf } from "./model.ts";
import type { SeenEvent, SeenRun } from "./runs.ts";
import type { Post } from "./slack-side.ts";
import { lateTakeovers } from "./takeovers.ts";

export interface Seen {
  ledger: Ledger;
  runs: readonly SeenRun[];
  posts: readonly Post[];
}

/** One promise that was not kept, for people: which, of what, and what was seen. */
export type Broken = string;

/** Everything that was not as promised; empty: all was. */
export function judge(seen: Seen): Broken[] {
  const { ledger, runs } = seen;
  return [
    ...ledger.broken,
    ...[...ledger.items.values()].flatMap((item) => launchesOf(item, seen)),
    ...runs.flatMap((run) => judgeRun(run, ledger)),
    ...[...ledger.items.values()].flatMap((item) => effectsOf(item, seen)),
    ...answersOf(seen),
    ...postsOf(seen),
    ...lateTakeovers(seen),
  ];
}

/** Acknowledged: one run, the one that was named. Not acknowledged: one run at most. */
function launchesOf(item: Item, { runs }: Seen): Broken[] {
  const ids = runs.filter((run) => run.item === item.id).map(({ id }) => id);
  const named = `${item.id} (${item.door}, ${item.became})`;
  if (ids.length > 1) return [`doubled: ${named} has the runs ${ids}`];
  if (item.became === "acknowledged" && ids.length === 0) return [`lost: ${named} has no run`];
  if (item.runId !== null && ids[0] !== item.runId)
    return [`lost: ${named} was told ${item.runId}, which is not its run ${ids}`];
  return [];
}

function judgeRun(run: SeenRun, { items }: Ledger): Broken[] {
  const item = items.get(run.item ?? "");
  const named = `${run.id} of ${run.item}`;
  if (item === undefined) return [`invented: ${named} was never sent`];
  const story = run.events.map(({ version, type }) => `${version} ${type}`).join(", ");
  if (run.status !== "complete")
    return [`stuck: ${named} is ${run.status}: ${story} ${JSON.stringify(run.events.at(-1)?.data)}`];
  const answer = run.events.findLast(({ type }) => type === "completed")?.data.answer;
  const faults = [
    ...(answer === endingOf(item) ? [] : [`wrong: ${named} ended with ${answer}: ${story}`]),
    ...(run.events.every(({ version }, nth) => version === nth + 1) ? [] : [`gap: ${named}: ${story}`]),
    ...(run.events.at(-1)?.type === "completed" ? [] : [`undead: ${named} goes on after its end: ${story}`]),
  ];
  const outcomes = run.events.filter(({ type }) => type === "call_finished" || type === "call_failed");
  const settled = outcomes.map(({ data }) => data.callId);
  if (new Set(settled).size !== settled.length) faults.push(`two outcomes: ${named}: ${story}`);
  return faults;
}

/** What must happen once: never twice, never after a refusal, and there when the run says that it was done. */
function effectsOf(item: Item, { ledger, runs }: Seen): Broken[] {
  const run = runs.find((one) => one.item === item.id);
  return item.plan.flatMap((tool) => {
    const effects = ledger.effectsOf(item.id, tool);
    const named = `${tool} of ${item.id} (${run?.id})`;
    const by = effects
      .map(({ bot, at }) => `${bot ?? "its program"} at ${new Date(at).toISOString()}`)
      .join(", ");
    if (tool === "note") {
      const keys = new Set(effects.map(({ key }) => key));
      return keys.size > 1 ? [`new key: ${named} has the keys ${[...keys]}`] : [];
    }
    if (!onceTools.includes(tool)) return [];
    if (effects.length > 1) return [`doubled: ${named} was done ${effects.length} times: ${by}`];
    const said = run ? outcomeOf(run, tool) : null;
    const isUnapproved = needsApproval(item, tool) && isRefused(item);
    if (effects.length > 0 && isUnapproved) return [`refused, and done: ${named}: ${by}`];
    if (effects.length === 0 && said === "finished") return [`said, not done: ${named}`];
    if (effects.length > 0 && said === "failed") return [`done, not said: ${named}: ${by}`];
    return [];
  });
}

/** Deliveries of strangers mark the run: what must happen once then needs a person. */
function needsApproval({ door }: Item, tool: string): boolean {
  return tool === "deploy" || door === "github" || door === "alert";
}

function outcomeOf({ events }: SeenRun, tool: string): "finished" | "failed" | null {
  const callId = callOf(events, tool);
  const outcome = events.findLast(
    ({ type, data }) => (type === "call_finished" || type === "call_failed") && data.callId === callId,
  );
  if (outcome === undefined) return null;
  return outcome.type === "call_finished" ? "finished" : "failed";
}

function callOf(events: readonly SeenEvent[], tool: string): string | null {
  const calls = events.flatMap(
    ({ data }) => (data.calls as { id: string; tool: string }[] | undefined) ?? [],
  );
  return calls.find((call) => call.tool === tool)?.id ?? null;
}

/** Each question that was asked was answered by somebody, once; each answer that was taken stands where it was given. */
function answersOf({ ledger, runs }: Seen): Broken[] {
  const settlements = ["question_answered", "approval_granted", "approval_refused"];
  return runs.flatMap((run) => {
    const asked = run.events.filter(({ type }) => type === "question_asked");
    return asked.flatMap(({ data }) => {
      const { id, kind } = data.question as { id: string; kind: string };
      const settled = run.events.filter(
        (event) => settlements.includes(event.type) && event.data.questionId === id,
      );
      const named = `${kind} ${id} of ${run.item}`;
      if (settled.length !== 1) return [`question: ${named} was settled ${settled.length} times`];
      const given = ledger.answers.get(id);
      if (given === undefined) return [`question: nobody was asked ${named}`];
      const stands = wordsOf(settled[0]);
      return stands === given.said ? [] : [`answer: ${named} was answered ${given.said}, and has ${stands}`];
    });
  });
}

function wordsOf(event: SeenEvent | undefined): string {
  if (event?.type === "approval_granted") return "approve";
  return event?.type === "approval_refused" ? "refuse" : String(event?.data.answer);
}

/** In Slack: one card for each run, one post for each of its questions, nothing twice, and the card tells the end. */
function postsOf({ ledger, runs, posts }: Seen): Broken[] {
  return runs.flatMap((run) => {
    const item = ledger.items.get(run.item ?? "");
    if (item?.door !== "slack" && item?.door !== "alert") return [];
    const mine = posts.filter((post) => post.run === run.id);
    const keys = mine.map(({ key, part }) => `${key} ${part}`);
    const named = `${run.id} of ${item.id} (${item.door})`;
    const questions = run.events.filter(({ type }) => type === "question_asked").length;
    const cards = mine.filter(({ key }) => key === "progress");
    return [
      ...(new Set(keys).size === keys.length ? [] : [`post doubled: ${named} shows ${keys}`]),
      ...(cards.length === 1 ? [] : [`card: ${named} has ${cards.length} cards`]),
      ...(mine.length - cards.length === questions
        ? []
        : [`post lost: ${named} asked ${questions} times and shows ${keys}`]),
      ...(cards.every(({ message }) => JSON.stringify(message.blocks).includes(endingOf(item)))
        ? []
        : [`stale card: ${named} does not tell its end`]),
    ];
  });
}

/** For the report: doubts, and what people could see when they answered them. */
export function doubtsIn({ ledger, runs }: Seen) {
  const doubts = [...ledger.answers.values()].filter(({ kind }) => kind === "doubt");
  return {
    doubts: runs.flatMap(({ events }) => events).filter(({ type }) => type === "call_doubted").length,
    "  answered “it ran”": doubts.filter(({ said }) => said === "happened").length,
    "  answered “it did not: run it”": doubts.filter(({ said }) => said === "run").length,
    "  answered while a bot slept": doubts.filter(({ whileAsleep }) => whileAsleep).length,
  };
}
