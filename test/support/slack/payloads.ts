/** Payloads in the shapes of Slack's documentation, with example names, and small changes of them. */
import { readFileSync } from "node:fs";

export const bot = { team: "T1", enterprise: "E1", user: "U0BOT", bot: "B0BOT" };

/** One of test/fixtures/slack, with its top-level fields (or those of `event`) replaced. */
export function recorded(name: string, change: Record<string, unknown> = {}): Record<string, unknown> {
  const text = readFileSync(new URL(`../../fixtures/slack/${name}.json`, import.meta.url), "utf8");
  return { ...(JSON.parse(text) as Record<string, unknown>), ...change };
}

/** An event callback whose inner event is changed. */
export function recordedEvent(name: string, change: Record<string, unknown>): Record<string, unknown> {
  const payload = recorded(name);
  return { ...payload, event: { ...(payload.event as object), ...change } };
}
