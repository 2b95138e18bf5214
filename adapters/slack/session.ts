/** What the parts of the running Slack channel share. */
import type { webApi } from "@slack/bolt";
import type { Inlet } from "../../src/core/ports/channel.ts";
import type { SlackOptions } from "./options.ts";
import type { Bot } from "./parsed.ts";
import type { People } from "./people.ts";

/** From the start of the channel to its stop. */
export interface Session {
  readonly options: SlackOptions;
  readonly client: webApi.WebClient;
  readonly people: People;
  readonly bot: Bot;
  readonly inlet: Inlet;
}
