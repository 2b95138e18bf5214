/** Discord's payloads as it sends them, with example people: for the fake, and for tests of pure functions. */

export const ids = {
  guild: "100000000000000001",
  channel: "200000000000000001",
  thread: "300000000000000001",
  direct: "400000000000000001",
  bot: "500000000000000001",
  application: "500000000000000001",
  dana: "600000000000000001",
  oncall: "600000000000000002",
  role: "700000000000000001",
  ownRole: "700000000000000002",
} as const;

export interface ApiUser {
  id: string;
  username: string;
  discriminator: string;
  global_name: string | null;
  avatar: null;
  bot?: boolean;
}

export function user(id: string, name: string, bot = false): ApiUser {
  return { id, username: name, discriminator: "0", global_name: name, avatar: null, ...(bot ? { bot } : {}) };
}

export const dana = user(ids.dana, "dana");
export const bot = user(ids.bot, "belay", true);
/** The bot as its own channel knows it. */
export const self = { id: ids.bot, roles: [ids.ownRole] };

export function member(roles: readonly string[] = [ids.role]) {
  return {
    roles: [...roles],
    nick: null,
    joined_at: "2026-01-01T00:00:00.000Z",
    deaf: false,
    mute: false,
    flags: 0,
  };
}

export interface MessageOptions {
  id: string;
  channel?: string;
  guild?: string | null;
  content?: string;
  author?: ApiUser;
  type?: number;
  more?: Record<string, unknown>;
}

/** MESSAGE_CREATE as the gateway dispatches it. */
export function message(options: MessageOptions) {
  const { id, channel = ids.channel, guild = ids.guild, content = "", author = dana, type = 0 } = options;
  return {
    id,
    type,
    channel_id: channel,
    ...(guild === null ? {} : { guild_id: guild, member: member() }),
    author,
    content,
    timestamp: "2026-11-20T12:00:00.000Z",
    edited_timestamp: null,
    tts: false,
    mention_everyone: false,
    mentions: content.includes(`<@${ids.bot}>`) ? [bot] : [],
    mention_roles: [],
    attachments: [],
    embeds: [],
    components: [],
    pinned: false,
    flags: 0,
    ...options.more,
  };
}

const threadChannel = {
  id: ids.thread,
  type: 11,
  parent_id: ids.channel,
  guild_id: ids.guild,
  name: "a run",
  owner_id: ids.bot,
};
export const channels = {
  text: { id: ids.channel, type: 0, guild_id: ids.guild, name: "ops", last_message_id: null },
  thread: threadChannel,
  direct: { id: ids.direct, type: 1 },
} as const;

export interface InteractionOptions {
  id: string;
  token?: string;
  type: 2 | 3 | 5;
  data: Record<string, unknown>;
  channel?: { id: string; type: number; parent_id?: string };
  guild?: string | null;
  author?: ApiUser;
  more?: Record<string, unknown>;
}

/** INTERACTION_CREATE as the gateway dispatches it. */
function interaction(options: InteractionOptions) {
  const { id, type, data, guild = ids.guild, author = dana, channel = channels.text } = options;
  const who =
    guild === null
      ? { user: author }
      : { guild_id: guild, member: { ...member(), user: author, permissions: "0" } };
  return {
    id,
    application_id: ids.application,
    type,
    token: options.token ?? `token-${id}`,
    version: 1,
    data,
    channel,
    channel_id: channel.id,
    locale: "en-US",
    app_permissions: "0",
    entitlements: [],
    authorizing_integration_owners: { "0": guild ?? "0" },
    context: guild === null ? 1 : 0,
    attachment_size_limit: 10_485_760,
    ...who,
    ...options.more,
  };
}

/** `/agent <name> …` */
export function slash(
  id: string,
  name: string,
  values: Record<string, string> = {},
  more: Partial<InteractionOptions> = {},
) {
  const options = Object.entries(values).map(([option, value]) => ({ type: 3, name: option, value }));
  const data = { id: "800000000000000001", type: 1, name: "agent", options: [{ type: 1, name, options }] };
  return interaction({ id, type: 2, data, ...more });
}

/** The message menu's "Ask the agent". */
export function menu(id: string, target: ReturnType<typeof message>, more: Partial<InteractionOptions> = {}) {
  const data = {
    id: "800000000000000002",
    type: 3,
    name: "Ask the agent",
    target_id: target.id,
    resolved: { messages: { [target.id]: target } },
  };
  return interaction({ id, type: 2, data, ...more });
}

export function press(
  id: string,
  customId: string,
  values?: readonly string[],
  more: Partial<InteractionOptions> = {},
) {
  const data = { id: 5, component_type: values ? 3 : 2, custom_id: customId, ...(values ? { values } : {}) };
  return interaction({ id, type: 3, data, channel: channels.thread, more: { message: pressed }, ...more });
}

/** The message that the button stands on. */
const pressed = message({ id: "900000000000000001", channel: ids.thread, author: bot });

export function submit(
  id: string,
  customId: string,
  fields: Record<string, string>,
  more: Partial<InteractionOptions> = {},
) {
  const components = Object.entries(fields).map(([name, value], index) => ({
    type: 18,
    id: index * 2 + 1,
    component: { type: 4, id: index * 2 + 2, custom_id: name, value },
  }));
  return interaction({
    id,
    type: 5,
    data: { custom_id: customId, components },
    channel: channels.thread,
    ...more,
  });
}
