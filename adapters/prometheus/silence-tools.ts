/** Silencing alerts and ending a silence: both with approval, and harmless when repeated. */
import { z } from "zod";
import type { Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { alertsMatching } from "./alertmanager-alerts.ts";
import { ask, type Server, toolTimeoutMs } from "./client.ts";
import {
  allSilences,
  type Matcher,
  matcherHint,
  matcherIn,
  matcherText,
  shownSilence,
  silenceSchema,
} from "./silences.ts";

const acting = {
  effect: "idempotent",
  requiresApproval: true,
  untrusted: true,
  timeoutMs: toolTimeoutMs,
} as const;
const id = z.uuid().describe("The silence's id, from am_silences.");

const silenceInput = z.object({
  matchers: z
    .array(
      z
        .string()
        .max(500)
        .refine((text) => matcherIn(text) !== null, `is no matcher; write ${matcherHint}`),
    )
    .min(1)
    .max(10)
    .describe(`All must hold for an alert to be silenced: ${matcherHint}.`),
  minutes: z.int().min(1).max(10_080).describe("From now, at most a week."),
  comment: z.string().trim().min(1).max(500).describe("Why, for the people who find it."),
});

/** In the comment of a silence: which call made it. Posting twice would make two, and there is no field for a key. */
function mark(key: string): string {
  return `[belay ${key}]`;
}

export function amSilence(server: Server): Tool {
  return defineTool({
    ...{ name: "am_silence", off: server.off, ...acting },
    description:
      "Keeps alerts quiet for some minutes. They go on firing; nobody is told. Needs a person's approval.",
    input: silenceInput,
    preview: async ({ matchers, minutes }, { signal }) => {
      const found = await alertsMatching(server, matchersOf(matchers), signal);
      const names = found.slice(0, 20).map(({ labels }) => Object.values(labels).join(", "));
      const more = found.length > names.length ? [`and ${found.length - names.length} more`] : [];
      return [
        `Quiet for ${minutes} minutes; of the alerts that fire now, ${found.length} would be silenced:`,
        ...names,
        ...more,
      ].join("\n");
    },
    run: async ({ matchers, minutes, comment }, { key, signal }) => {
      const before = (await allSilences(server, signal)).find((one) => one.comment.endsWith(mark(key)));
      if (before)
        return {
          silence_id: before.id,
          note: "it was made before by this very call",
          ...shownSilence(before),
        };
      const now = Date.now();
      const silence = {
        matchers: matchersOf(matchers),
        startsAt: new Date(now).toISOString(),
        endsAt: new Date(now + minutes * 60_000).toISOString(),
        createdBy: "belay",
        comment: `${comment} ${mark(key)}`,
      };
      const answer = z.object({ silenceID: z.string() });
      const asked = { method: "POST", json: silence } as const;
      const { silenceID } = await ask(server, "/api/v2/silences", answer, signal, asked);
      return {
        silence_id: silenceID,
        silences: silence.matchers.map(matcherText).join(", "),
        until: silence.endsAt,
      };
    },
    undo: (_, output) => {
      const [, made] = /"silence_id":"([0-9a-f-]{36})"/.exec(output) ?? [];
      return made === undefined ? null : { tool: "am_expire_silence", input: { id: made } };
    },
  });
}

export function amExpireSilence(server: Server): Tool {
  const one = (of: string, signal: AbortSignal) =>
    ask(server, `/api/v2/silence/${of}`, silenceSchema, signal);
  return defineTool({
    ...{ name: "am_expire_silence", off: server.off, ...acting },
    description: "Ends a silence now: its alerts are told of again. Needs a person's approval.",
    input: z.object({ id }),
    preview: async (input, { signal }) => JSON.stringify(shownSilence(await one(input.id, signal))),
    run: async (input, { signal }) => {
      const silence = await one(input.id, signal);
      if (silence.status.state === "expired") return `it had ended before, at ${silence.endsAt}`;
      await ask(server, `/api/v2/silence/${input.id}`, z.unknown(), signal, { method: "DELETE" });
      return `ended: ${silence.matchers.map(matcherText).join(", ")}, made by ${silence.createdBy}`;
    },
  });
}

function matchersOf(texts: readonly string[]): Matcher[] {
  return texts.flatMap((text) => matcherIn(text) ?? []);
}
