/** What the terminal is to the rest of the bot: `npm run chat` opens it, on a database of its own. */
import type { ChannelAbout } from "../../src/core/ports/about.ts";

/** It has no variables: `npm run chat` opens it by itself. */
export const terminal: ChannelAbout = {
  name: "terminal",
  title: "Terminal",
  variables: {},
  rule: /^(\*|[\w.-]+)$/,
  examples: [],
  threadPlace: null,
  paths: [],
  link: () => null,
  guide: null,
  doctorFile: null,
  connect: () => null,
};

const noLimit = Number.POSITIVE_INFINITY;
/** A sign shows nothing here, but whoever pipes words in waits for each of them. */
export const can = {
  edit: true,
  buttons: false,
  react: true,
  maxText: noLimit,
  minIntervalMs: 0,
};
