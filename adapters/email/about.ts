/** What mail is to the rest of the bot: its variable, rules and paths. belay.config.ts has its mailboxes. */
import type { ChannelAbout } from "../../src/core/ports/about.ts";

/** Mail needs no connection of its own: it is on when belay.config.ts has a mailbox. */
export const email: ChannelAbout = {
  name: "email",
  title: "Mail",
  variables: {
    SMTP_URL: {
      secret: "password",
      form: /^smtps?:\/\/\S+$/,
      must: "must be smtp://… or smtps://…",
      purpose: "where mail is sent through; see [mail](email.md)",
    },
  },
  rule: /^[^\s@*]+@[^\s@*]+$/,
  examples: ["email:a@b.example"],
  threadPlace: null,
  paths: ["/mail/*"],
  link: () => null,
  guide: null,
  doctorFile: null,
  connect: () => null,
};
