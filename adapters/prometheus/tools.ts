/** Prometheus and Alertmanager as tools: look at metrics, rules and alerts; silence an alert with approval. */
import type { Tool } from "../../src/tools/contract.ts";
import { checkDeclared } from "../../src/tools/declared.ts";
import { amAlerts, amSilences } from "./alertmanager-alerts.ts";
import { firingAlerts, promAlerts, promRules } from "./alerts.ts";
import { type Place, placeSchema, serverAt } from "./client.ts";
import { tryingAlertmanager, tryingPrometheus } from "./doctor.ts";
import { promGraph } from "./graph.ts";
import { promLabels, promMetrics } from "./names.ts";
import { promQuery, promRange } from "./queries.ts";
import { amExpireSilence, amSilence } from "./silence-tools.ts";

/** All of them only look. Throws an Error that says what to correct. */
export function prometheus(place: Place): Tool[] {
  checkDeclared("prometheus", placeSchema, place);
  const server = serverAt("Prometheus", place);
  const connection = tryingPrometheus(server);
  return [firingAlerts, promQuery, promRange, promGraph, promMetrics, promLabels, promRules, promAlerts].map(
    (make) => ({
      ...make(server),
      connection,
    }),
  );
}

/** Two look, two act with approval. Throws an Error that says what to correct. */
export function alertmanager(place: Place): Tool[] {
  checkDeclared("alertmanager", placeSchema, place);
  const server = serverAt("Alertmanager", place);
  const connection = tryingAlertmanager(server);
  return [amAlerts, amSilences, amSilence, amExpireSilence].map((make) => ({ ...make(server), connection }));
}
