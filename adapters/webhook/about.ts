/** What webhooks are to the rest of the bot: their rules and paths. belay.config.ts has the webhooks themselves. */
import type { ChannelAbout } from "../../src/core/ports/about.ts";

/** Webhooks need no connection: they are on when belay.config.ts has one whose secret is set. */
export const webhook: ChannelAbout = {
  name: "webhook",
  title: "Webhook",
  variables: {},
  rule: /^(\*|[\w.-]+)$/,
  examples: [],
  threadPlace: null,
  paths: ["/webhooks/*"],
  link: () => null,
  guide: null,
  doctorFile: null,
  connect: () => null,
};
