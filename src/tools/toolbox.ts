/** The tools of this bot by name: checks what the model chose, and runs it within its limits. */
import { lineOf, type Misfit } from "../core/misfits.ts";
import type { CallContext, CallOutcome, Finished, JobState, Toolbox } from "../core/ports/toolbox.ts";
import { brief } from "../core/text/brief.ts";
import { sameJson } from "../core/text/same-json.ts";
import { toldResult } from "./attachments.ts";
import { type CheckedJson, checkJson, parseJson } from "./check-json.ts";
import { OutcomeUnknown, type Polled, type Tool } from "./contract.ts";
import { Asks } from "./endings.ts";
import { fitTo } from "./fit.ts";
import { errorText, wholePreview } from "./output.ts";
import { Stopped, within } from "./time-limit.ts";

type Checked = ReturnType<Toolbox["checkInput"]>;

/** `redact` takes secrets out of everything that leaves a tool. Throws when two tools share a name. */
export function createToolbox(
  tools: readonly Tool[],
  { redact }: { redact: (text: string) => string },
): Toolbox {
  const byName = new Map<string, Tool>();
  for (const tool of tools) {
    if (byName.has(tool.spec.name)) throw new Error(`two tools are named ${tool.spec.name}`);
    byName.set(tool.spec.name, tool);
  }
  const known = (name: string) => {
    const tool = byName.get(name);
    if (!tool) throw new Error(`there is no tool ${name}`);
    return tool;
  };
  const check = (name: string, read: CheckedJson, raw: unknown): Checked => {
    const tool = byName.get(name);
    return tool ? checkCall(tool, read, raw) : unknownTool(name, [...byName.keys()], raw);
  };

  return {
    specs: Object.freeze(Object.fromEntries([...byName].map(([name, tool]) => [name, tool.spec]))),
    check: (name, args) => check(name, parseJson(args), args.slice(0, 2000).toWellFormed()),
    checkInput: (name, input) => check(name, checkJson(input), null),
    absence: (name) => byName.get(name)?.absence() ?? null,
    key: (name, input, call) =>
      byName.get(name)?.idempotencyKey(input, call.callId) ?? `${call.runId}:${call.callId}`,
    run: (name, input, context) => runTool(byName.get(name), name, input, context, redact),
    reconcile: async (name, input, context) => {
      const tool = known(name);
      const found = await within(tool, context, (inner) => tool.reconcile(input, inner));
      return found.type === "done" ? finished(tool, input, found.output, redact) : found;
    },
    preview: async (name, input, context) => {
      const tool = known(name);
      const text = await within(tool, context, (inner) => tool.preview(input, inner));
      return text === null ? null : wholePreview(text, tool, redact);
    },
    ...laterCalls(known, redact),
  };
}

type Redact = (text: string) => string;

/** What is asked of a call after it has begun or ended. An error is "not known", never "no". */
function laterCalls(
  known: (name: string) => Tool,
  redact: Redact,
): Pick<Toolbox, "poll" | "cancel" | "verify"> {
  const inTime = <T>(tool: Tool, context: CallContext, work: (inner: CallContext) => Promise<T>) =>
    within(tool, context, work).catch((error: unknown) => ({ unknown: errorText(error, redact) }));
  return {
    poll: async (name, input, handle, context) => {
      const tool = known(name);
      const found = await inTime(tool, context, (inner) => tool.poll(handle, inner));
      return jobStateOf(tool, input, found, redact);
    },
    cancel: async (name, handle, context) => {
      const tool = known(name);
      const found = await inTime(tool, context, (inner) => tool.cancel(handle, inner));
      return "unknown" in found
        ? { stopped: null, words: `It is not known whether the work of ${name} stopped: ${found.unknown}` }
        : { stopped: found.stopped, words: redact(found.words) };
    },
    verify: async (name, input, output, context) => {
      const tool = known(name);
      const nextMs = tool.verifyMs?.every ?? 15_000;
      const found = await inTime(tool, context, (inner) => tool.verify(input, output, inner));
      return "unknown" in found
        ? { verdict: "unknown", words: found.unknown, nextMs }
        : { verdict: found.verdict, words: redact(found.words), nextMs };
    },
  };
}

const maxProgress = 120;

function jobStateOf(
  tool: Tool,
  input: unknown,
  found: Polled | { unknown: string },
  redact: Redact,
): JobState {
  const nextMs = tool.pollMs ?? 5_000;
  if ("unknown" in found)
    return { type: "unknown", progress: `can't be looked at now: ${found.unknown}`, nextMs };
  switch (found.type) {
    case "running":
      return { type: "running", progress: brief(redact(found.progress), maxProgress), nextMs };
    case "done":
      return finished(tool, input, found.result, redact);
    case "failed":
      return { type: "failed", code: "tool_error", message: errorText(new Error(found.message), redact) };
    case "lost":
      return { type: "lost", reason: errorText(new Error(found.reason), redact) };
  }
}

/** A call's end, and what can still be done about it. */
function finished(tool: Tool, input: unknown, returned: unknown, redact: Redact): Finished {
  const told = toldResult(returned, tool, redact);
  const undo = tool.undo(input, told.output);
  return {
    type: "finished",
    ...told,
    ...(tool.verifyMs === null ? {} : { verifyForMs: tool.verifyMs.within }),
    ...(undo === null ? {} : { undo }),
  };
}

function checkCall(tool: Tool, read: CheckedJson, raw: unknown): Checked {
  const absence = tool.absence();
  // What is away may be back when the call runs.
  if (absence?.code === "changed") {
    const message = `${tool.spec.name} can't be used: ${absence.words}`;
    return { input: raw ?? (read.ok ? read.value : null), error: { code: "unknown_tool", message } };
  }
  const keys = Object.keys((tool.spec.schema.properties as Record<string, unknown> | undefined) ?? {});
  const expected =
    keys.length === 0 ? `${tool.spec.name} takes {}` : `${tool.spec.name} takes ${keys.join(", ")}`;
  if (!read.ok) return { input: raw, error: { code: read.code, message: `${read.message}. ${expected}.` } };
  const fitted = fitTo(tool, read.value);
  if ("input" in fitted) return fitted;
  const message = `${problemsOf(fitted.misfits)}. ${expected}.`;
  const argument = String(fitted.misfits[0]?.path[0]);
  const at = keys.includes(argument) ? { argument } : {};
  return { input: read.value, error: { code: "invalid_input", message }, ...at };
}

/** At most five problems, each with its path: enough to repair the call, bounded for the context. */
function problemsOf(misfits: readonly Misfit[]): string {
  const lines = misfits
    .slice(0, 5)
    .map((misfit) => lineOf({ ...misfit, path: ["input", ...misfit.path] }, "input").slice(0, 300));
  const rest = misfits.length - lines.length;
  return lines.join("; ") + (rest > 0 ? `; and ${rest} more` : "");
}

function unknownTool(name: string, names: readonly string[], raw: unknown): Checked {
  const message = `There is no tool ${JSON.stringify(name.slice(0, 100).toWellFormed())}. The tools: ${names.join(", ")}.`;
  return { input: raw, error: { code: "unknown_tool", message } };
}

async function runTool(
  tool: Tool | undefined,
  name: string,
  input: unknown,
  context: CallContext,
  redact: (text: string) => string,
): Promise<CallOutcome> {
  if (!tool) return { type: "failed", code: "unknown_tool", message: `There is no tool ${name} any more.` };
  if (!isUnchanged(tool, input)) {
    const message = `${name} has changed since this call was made; choose the call again.`;
    return { type: "failed", code: "invalid_input", message, unrun: true };
  }
  try {
    const { progress } = context;
    const told = progress === undefined ? {} : { progress: (words: string) => progress(redact(words)) };
    const result = await within(tool, { ...context, ...told }, (inner) => tool.run(input, inner));
    if (result instanceof Asks) return { type: "asks", ask: result.ask, held: result.held };
    return tool.pollMs === null ? finished(tool, input, result, redact) : { type: "begun", handle: result };
  } catch (error) {
    return failure(tool, error, redact);
  }
}

/** What runs is byte for byte what was stored and shown, also when the bot was upgraded in between. */
function isUnchanged(tool: Tool, input: unknown): boolean {
  const fitted = fitTo(tool, input);
  return "input" in fitted && sameJson(fitted.input, input);
}

function failure(tool: Tool, error: unknown, redact: (text: string) => string): CallOutcome {
  const message = errorText(error, redact);
  if (error instanceof OutcomeUnknown) return { type: "in_doubt", reason: message };
  if (!(error instanceof Stopped)) return { type: "failed", code: "tool_error", message };
  return tool.spec.effect === "once"
    ? { type: "in_doubt", reason: `${message}; it may have happened all the same` }
    : { type: "failed", code: error.code, message };
}
