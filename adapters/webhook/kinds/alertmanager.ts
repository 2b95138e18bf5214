/**
 * Prometheus' Alertmanager: a bearer token, and one delivery for the same alerts in the same
 * state. prometheus.io/docs.
 */
import { z } from "zod";
import { valueAt } from "../paths.ts";
import { bearerIn, digest, idText, sameText, verdict } from "../signature.ts";
import { defineKind, type Received } from "./kind.ts";

/** The first template whose paths are all there names the run. */
export const alertTitles: readonly string[] = [
  "{alerts.0.labels.alertname} on {alerts.0.labels.instance}",
  "{alerts.0.labels.alertname} on {alerts.0.labels.service}",
  "{alerts.0.labels.alertname}",
  "{title}",
];

/** Configured as `http_config.authorization` of a receiver. */
export const alertmanager = defineKind("alertmanager", z.strictObject({ kind: z.literal("alertmanager") }), {
  verify: ({ headers, secret }) => verdict(sameText(bearerIn(headers), secret)),
  key: alertKey,
  titles: alertTitles,
});

/** An unchanged group is sent again every `repeat_interval`: the same alerts in the same state are one delivery. */
export function alertKey({ payload, headers }: Received): string | null {
  const group = idText(payload.groupKey);
  const { alerts } = payload;
  if (group === null || !Array.isArray(alerts)) return null;
  const states = alerts.map((alert) =>
    ["fingerprint", "status", "startsAt"]
      .map((name) => idText(valueAt(alert, headers, name)) ?? "")
      .join(" "),
  );
  return digest(JSON.stringify([group, states.sort()]));
}
