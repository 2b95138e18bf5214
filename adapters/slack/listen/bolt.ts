/** The Bolt app: which of Slack's events, commands, buttons, modals and shortcuts are listened to. */
import { App, LogLevel } from "@slack/bolt";
import { clientOptions, type SlackOptions, sdkLogger } from "../options.ts";
import type { Bot } from "../parsed.ts";
import type { Ear } from "./hear.ts";
import type { SlackReceiver } from "./receiver.ts";

/** The last four come only to apps that may see them; joins are also written into the channel. */
const heardEvents = [
  "app_mention",
  "message",
  "app_uninstalled",
  "tokens_revoked",
  "member_joined_channel",
  "channel_unarchive",
  "group_unarchive",
  "channel_id_changed",
] as const;

/** A listener that throws is not acknowledged: the receiver answers only after all of them. */
export function boltApp(options: SlackOptions, receiver: SlackReceiver, bot: Bot, ear: Ear): App {
  const app = new App({
    receiver,
    clientOptions: clientOptions(options),
    logger: sdkLogger(options.log),
    logLevel: LogLevel.WARN,
    // One workspace, known since the start: no further call to find out who we are.
    authorize: async () => ({
      botToken: options.botToken,
      botUserId: bot.user,
      teamId: bot.team,
      ...(bot.bot === null ? {} : { botId: bot.bot }),
    }),
    // parse() knows our own messages, in the contract suite too.
    ignoreSelf: false,
  });
  for (const event of heardEvents) {
    app.event(event, async ({ body }) => void (await ear.hear(body)));
  }
  app.event(/^agent_session_stopped$/, async ({ body }) => void (await ear.hear(body)));
  app.command(/^\//, async ({ body, ack }) => {
    await ear.hear(body);
    await ack();
  });
  app.action(/^belay:/, async ({ body, ack }) => {
    await ear.hear(body);
    await ack();
  });
  app.shortcut({ callback_id: "agent_from_message", type: "message_action" }, async ({ body, ack }) => {
    await ear.hear(body);
    await ack();
  });
  app.view(/^belay:/, async ({ body, ack }) => {
    const wrong = await ear.hear(body);
    await ack(wrong === null ? undefined : { response_action: "errors", errors: wrong.errors });
  });
  return app;
}
