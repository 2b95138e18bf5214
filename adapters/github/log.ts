/** Of a job's log the part that matters: the failed step's last lines, without secrets and colours. */
import { withoutEscapes } from "../../src/core/text/escapes.ts";

interface Step {
  started_at?: string | null | undefined;
  completed_at?: string | null | undefined;
}

const maxLines = 120;
const maxText = 8_000;
const stamp = /^\uFEFF?(\d{4}-\d\d-\d\dT[\d:.]+Z) ?/;
/** GitHub hides the secrets that it knows of; these are what others look like. */
const secrets = [
  /\b(gh[pousr]_\w{20,}|github_pat_\w{20,}|xox[abeprs]-[\w-]{10,}|sk-[\w-]{20,}|A[KS]IA[A-Z0-9]{16}|eyJ[\w-]+\.[\w-]+\.[\w-]+)/g,
  /(?<=\b(?:authorization|bearer|basic|token|password|passwd|secret|api[_-]?key)["']?\s*[:= ]\s*["']?(?:bearer |basic )?)[^\s"',;]{6,}/gi,
  /(?<=:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/** A log does not say which step a line is of; the times of both do. Null: the whole log counts. */
export function failedPart(log: string, step: Step | null): string {
  const lines = log.split(/\r?\n/).filter((line) => line !== "");
  const own = step ? lines.filter((line) => isWithin(line, step)) : [];
  const part = own.length > 0 ? own : lines;
  // What follows the last error is cleaning up.
  const last = part.findLastIndex((line) => line.includes("##[error]"));
  const end = last === -1 ? part.length : last + 1;
  const plain = part.slice(0, end).map((line) => withoutEscapes(line.replace(stamp, "")));
  const text = masked(plain.join("\n")).split("\n");
  const tail = text.slice(-maxLines).join("\n").slice(-maxText).toWellFormed();
  const isWhole = text.length <= maxLines && tail.length < maxText;
  return isWhole ? tail : `[earlier lines are left out]\n${tail}`;
}

/** Steps are timed to the second, lines to the fraction of one. */
function isWithin(line: string, { started_at, completed_at }: Step): boolean {
  const at = Date.parse(stamp.exec(line)?.[1] ?? "");
  if (Number.isNaN(at)) return false;
  const from = started_at ? Date.parse(started_at) : Number.NEGATIVE_INFINITY;
  const to = completed_at ? Date.parse(completed_at) + 1_000 : Number.POSITIVE_INFINITY;
  return at >= from && at < to;
}

function masked(text: string): string {
  return secrets.reduce((hidden, pattern) => hidden.replaceAll(pattern, "***"), text);
}
