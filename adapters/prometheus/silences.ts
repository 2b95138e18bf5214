/** Alertmanager's silences as its API speaks of them, and their matchers as people write them. */
import { z } from "zod";
import { ask, type Server } from "./client.ts";

const matcherSchema = z.object({
  name: z.string(),
  value: z.string(),
  isRegex: z.boolean(),
  isEqual: z.boolean().default(true),
});
/** `isRegex` and `isEqual` together stand for the four operators `=`, `!=`, `=~` and `!~`. */
export type Matcher = z.infer<typeof matcherSchema>;

/** As `GET /api/v2/silences` gives it; times are RFC 3339. prometheus.io/docs/alerting, API v2. */
export const silenceSchema = z.object({
  id: z.string(),
  status: z.object({ state: z.string() }),
  matchers: z.array(matcherSchema),
  startsAt: z.string(),
  endsAt: z.string(),
  createdBy: z.string(),
  comment: z.string(),
});
/** A silence of any state: pending, active or expired. */
export type Silence = z.infer<typeof silenceSchema>;

/** All that Alertmanager still keeps, the expired ones included. */
export function allSilences(server: Server, signal: AbortSignal): Promise<Silence[]> {
  return ask(server, "/api/v2/silences", z.array(silenceSchema), signal);
}

const operators = {
  "=": { isRegex: false, isEqual: true },
  "!=": { isRegex: false, isEqual: false },
  "=~": { isRegex: true, isEqual: true },
  "!~": { isRegex: true, isEqual: false },
} as const;

const matcherPattern = /^\s*([A-Za-z_]\w*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*$/s;

/** The forms of a matcher, for errors that the model reads. */
export const matcherHint = 'label="value", label!="value", label=~"regex" or label!~"regex"';

/** `alertname="Slow"`; null when it is none. */
export function matcherIn(text: string): Matcher | null {
  const [, name, operator, quoted] = matcherPattern.exec(text) ?? [];
  if (name === undefined || quoted === undefined) return null;
  const kind = operators[operator as keyof typeof operators];
  return { name, value: unescaped(quoted), ...kind };
}

/** As Alertmanager reads it: a backslash before anything but these three is itself, so `\d` of a regex stays. */
function unescaped(quoted: string): string {
  return quoted.replace(/\\(["\\n])/g, (_, one: string) => (one === "n" ? "\n" : one));
}

/** The inverse of `matcherIn`. */
export function matcherText({ name, value, isRegex, isEqual }: Matcher): string {
  const operator = isRegex ? (isEqual ? "=~" : "!~") : isEqual ? "=" : "!=";
  const escaped = value.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n");
  return `${name}${operator}"${escaped}"`;
}

/** One silence for the model and for people. */
export function shownSilence({ id, status, matchers, startsAt, endsAt, createdBy, comment }: Silence) {
  return {
    ...{ id, state: status.state, silences: matchers.map(matcherText).join(", ") },
    ...{ by: createdBy, comment, from: startsAt, until: endsAt },
  };
}
