/**
 * What the real Prometheus and Alertmanager said in one incident of the demo, in recorded.json: `node
 * src/cli/record-incident.ts` makes it. The texts are theirs, but for addresses, folders and the machine's name.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** In their order: before the fault, from its alert on, and from the alert's end on. */
export const phases = ["well", "failing", "restarted"] as const;
export type PhaseName = (typeof phases)[number];

export interface Phase {
  /** When these answers were given, unix seconds. */
  at: number;
  /** Body of the answer, by question (see `keyOf`). */
  answers: Readonly<Record<string, string>>;
  /** Body with which Alertmanager told of the phase; null: nothing is told. */
  told: string | null;
}

export interface Recording {
  /** `2026-11-28` */
  date: string;
  prometheus: string;
  alertmanager: string;
  phases: Readonly<Record<PhaseName, Phase>>;
}

/** A question to either of them. */
export interface Question {
  path: string;
  /** PromQL */
  query?: string;
  /** Asked for a moment this long before, s; 0: now. */
  ago: number;
}

/** How much before now the recorded instant queries were asked for a second time: as far as verify's window reaches. */
export const earlier = 120;

const queries = ["max(shop_failing)", "shop_failing", "shop_requests_total", "up"];
const names = ["__name__", "instance", "job", "outcome"];

/** What was asked in each phase. */
export const questions: readonly Question[] = [
  ...queries.flatMap((query) => [0, earlier].map((ago) => ({ path: "/api/v1/query", query, ago }))),
  ...queries.map((query) => ({ path: "/api/v1/query_range", query, ago: 0 })),
  ...names.map((name) => ({ path: `/api/v1/label/${name}/values`, ago: 0 })),
  ...["/api/v1/labels", "/api/v1/metadata", "/api/v1/alerts", "/api/v1/rules"].map((path) => ({
    path,
    ago: 0,
  })),
  ...["/api/v2/alerts", "/api/v2/silences"].map((path) => ({ path, ago: 0 })),
];

export function keyOf({ path, query, ago }: Question): string {
  return [path, query, ago > 0 ? `${earlier} s before` : undefined]
    .filter((part) => part !== undefined)
    .join(" ");
}

export function readRecording(): Recording {
  return JSON.parse(readFileSync(join(import.meta.dirname, "recorded.json"), "utf8"));
}
