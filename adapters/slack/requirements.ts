/** What the Slack app must be allowed to do and told about: manifest.yml asks for exactly this. */

/** Bot scopes, and what each is for. */
export const neededScopes: Readonly<Record<string, string>> = {
  "app_mentions:read": "hear mentions",
  "channels:history": "hear replies in threads of public channels, and find posts again",
  "channels:join": "write in public channels that nobody invited the bot to",
  "chat:write": "write",
  commands: "/agent and the message shortcut",
  "files:write": "send long answers as files",
  "groups:history": "hear replies in threads of private channels",
  "im:history": "hear direct messages",
  "mpim:history": "hear replies in group messages",
  "reactions:write": "show that a reply was noted",
  "usergroups:read": "know who is in a user group that may approve",
  "users:read": "tell guests from members",
};

/** Events, and what is missed without each. */
export const neededEvents: Readonly<Record<string, string>> = {
  app_mention: "mentions",
  "message.channels": "plain replies in threads of public channels",
  "message.groups": "plain replies in threads of private channels",
  "message.im": "direct messages",
  "message.mpim": "replies in group messages",
  app_uninstalled: "that the app was removed",
  tokens_revoked: "that the token was taken back",
};
