/** What Slack is to the rest of the bot: its variables, rules, places, paths and links. Loads no SDK. */
import {
  anySecret,
  type ChannelAbout,
  type Connection,
  serverUrl,
  type Values,
} from "../../src/core/ports/about.ts";
import { readAddress } from "./address.ts";

/** Which variables it needs, and what is on with which of them, is said at each variable. */
export const slack: ChannelAbout = {
  name: "slack",
  title: "Slack",
  variables: {
    SLACK_BOT_TOKEN: {
      secret: "all",
      form: /^xoxb-/,
      must: "must be a bot token, which starts with xoxb-",
      purpose: "with one of the next two: Slack is on; see [Slack](slack.md)",
    },
    SLACK_APP_TOKEN: {
      secret: "all",
      form: /^xapp-/,
      must: "must be an app-level token, which starts with xapp-",
      purpose: "Slack by Socket Mode",
    },
    SLACK_SIGNING_SECRET: anySecret("Slack by HTTP, at `/slack/events`"),
    SLACK_API_URL: serverUrl("another host for Slack's API"),
  },
  rule: /^(\*|[A-Z0-9]+\/(\*|group:[A-Z0-9]+|[A-Z0-9]+))$/,
  examples: ["slack:T1/U1", "slack:T1/group:S9"],
  threadPlace: /^[^/]+\/[^/]+$/,
  paths: ["/slack/*"],
  guide: "docs/slack.md",
  doctorFile: "slack-config-token-file",

  link(address) {
    const place = readAddress(address);
    if (place === null) return null;
    const [team, channel] = [place.team, place.channel].map(encodeURIComponent);
    const thread = place.root === null ? "" : `/thread/${channel}-${encodeURIComponent(place.root)}`;
    return `https://app.slack.com/client/${team}/${channel}${thread}`;
  },

  connect(values, problems): Connection | null {
    const tokens = slackTokens(values, problems);
    if (tokens === null) return null;
    return {
      async open(around) {
        const { SlackChannel } = await import("./channel.ts");
        return new SlackChannel({ ...tokens, ...around });
      },
      async diagnose({ publicUrl, file }) {
        const { diagnose } = await import("./doctor.ts");
        return diagnose({ ...tokens, publicUrl, configToken: file });
      },
    };
  },
};

interface SlackTokens {
  botToken: string;
  /** Present: Socket Mode. */
  appToken: string | null;
  /** Without an app token: HTTP. One of the two is there. */
  signingSecret: string | null;
  apiUrl: string | null;
}

/** null: Slack is off. `problems` gets a line when a token is missing beside the others. */
export function slackTokens(values: Values, problems: string[]): SlackTokens | null {
  const {
    SLACK_BOT_TOKEN: botToken,
    SLACK_APP_TOKEN: appToken,
    SLACK_SIGNING_SECRET: signingSecret,
  } = values;
  if (!botToken) {
    if (appToken || signingSecret) {
      const other = appToken ? "SLACK_APP_TOKEN" : "SLACK_SIGNING_SECRET";
      problems.push(`SLACK_BOT_TOKEN: not set while ${other} is; set both, or neither to leave Slack off`);
    }
    return null;
  }
  if (!appToken && !signingSecret) {
    problems.push(
      "SLACK_BOT_TOKEN: set, but Slack can't reach the bot; set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)",
    );
    return null;
  }
  return {
    botToken,
    appToken: appToken ?? null,
    signingSecret: signingSecret ?? null,
    apiUrl: values.SLACK_API_URL ?? null,
  };
}
