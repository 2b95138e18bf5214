/** What Discord is to the rest of the bot: its variables, rules, places and links. Loads no SDK. */
import { anySecret, type ChannelAbout, serverUrl } from "../../src/core/ports/about.ts";

/** On as soon as there is a token. */
export const discord: ChannelAbout = {
  name: "discord",
  title: "Discord",
  variables: {
    DISCORD_BOT_TOKEN: anySecret("Discord is on; see [Discord](discord.md)"),
    DISCORD_API_URL: serverUrl("another host for Discord's API"),
  },
  rule: /^(\*|\d+|\w+\/(\*|role:\w+))$/,
  examples: ["discord:42"],
  threadPlace: /^(?!@me\/)[^/]+\/[^/]+$/,
  paths: [],
  guide: "docs/discord.md",
  doctorFile: null,

  link(address) {
    const [guild, channel, thread] = address
      .replace(/^discord:/, "")
      .split("/")
      .map(encodeURIComponent);
    if (!address.startsWith("discord:") || !guild || !channel) return null;
    const open = thread === undefined || thread.startsWith("new") ? channel : thread;
    return `https://discord.com/channels/${guild.replace("%40me", "@me")}/${open}`;
  },

  connect({ DISCORD_BOT_TOKEN: token, DISCORD_API_URL: apiUrl = null }) {
    if (!token) return null;
    return {
      async open(around) {
        const { discordChannel } = await import("./channel.ts");
        return discordChannel({ token, apiUrl, ...around });
      },
      async diagnose() {
        const { diagnose } = await import("./doctor.ts");
        return diagnose({ token, apiUrl });
      },
    };
  },
};
