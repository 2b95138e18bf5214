/** The bot scopes that manifest.yml asks for, and what each is for. */

/** Without these the channel does not work. */
export const neededScopes: Readonly<Record<string, string>> = {
  "app_mentions:read": "hear mentions",
  "channels:history": "hear replies in threads of public channels, find posts again",
  "channels:join": "write in public channels that nobody invited the bot to",
  "chat:write": "write",
  commands: "/agent and the message shortcut",
  "files:write": "send long answers as files",
  "groups:history": "the same in private channels",
  "im:history": "hear direct messages",
  "mpim:history": "the same in group messages",
  "reactions:write": "say that a message was noted",
  "usergroups:read": "know who is in a user group that may approve",
  "users:read": "tell guests from members",
};

/** Nice to have. */
export const extraScopes: Readonly<Record<string, string>> = {
  "assistant:write": "agent sessions: Slack's own loader and Stop button",
};
