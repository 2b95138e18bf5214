/** What the parts of the running Slack channel share. */
import type { webApi } from "@slack/bolt";
import type { Inlet } from "../../src/core/ports.ts";
import type { SlackOptions } from "./options.ts";
import type { Bot } from "./parsed.ts";
import type { People } from "./people.ts";

export interface Session {
  readonly options: SlackOptions;
  readonly client: webApi.WebClient;
  readonly people: People;
  readonly bot: Bot;
  readonly inlet: Inlet;
}

/** Waits at most `ms`; then, or on failure, the answer is `otherwise`. For what is only nice to have. */
export async function within<T>(ms: number, task: Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, ms, otherwise);
  });
  try {
    return await Promise.race([task.catch(() => otherwise), late]);
  } finally {
    clearTimeout(timer);
  }
}
