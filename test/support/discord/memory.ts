/** What the Discord fake remembers: channels, messages, threads and interactions, by the platform's rules. */
import { bot, channels, ids } from "./payloads.ts";

export interface StoredMessage {
  id: string;
  channel_id: string;
  author: { id: string };
  content: string;
  flags: number;
  components: unknown[];
  nonce?: string;
  allowed_mentions?: { parse: string[]; users?: string[]; roles?: string[] };
  files: string[];
  [more: string]: unknown;
}

export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  files: string[];
}

export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export class DiscordMemory {
  readonly messages = new Map<string, StoredMessage[]>();
  readonly channels = new Map<string, Record<string, unknown>>();
  /** What interactions were answered with: callbacks, edits of the deferred reply, follow-ups. */
  readonly callbacks: { id: string; type: number; data: Record<string, unknown> }[] = [];
  readonly replies: { token: string; kind: "edit" | "followup"; body: Record<string, unknown> }[] = [];
  readonly reactions: string[] = [];
  /** The last message of direct channels, by person. */
  readonly directs = new Map<string, string>();
  commands: unknown[] = [];
  application: Record<string, unknown> = { id: ids.application, flags: 1 << 19 };
  guilds: { id: string; name: string; permissions: string }[] = [];
  readonly #acknowledged = new Set<string>();
  #nextId: bigint;

  constructor(startAt: number) {
    this.#nextId = (BigInt(startAt) - 1_420_070_400_000n) << 22n;
    for (const channel of Object.values(channels)) this.channels.set(channel.id, { ...channel });
  }

  /** Ids grow, and tell the time as Discord's do. */
  id(): string {
    const now = (BigInt(Date.now()) - 1_420_070_400_000n) << 22n;
    this.#nextId = this.#nextId < now ? now : this.#nextId + (1n << 22n);
    return this.#nextId.toString();
  }

  /** A message by somebody else (or of an earlier life) that REST can read back. */
  put(message: { id: string; channel_id: string }): void {
    const list = this.messages.get(message.channel_id) ?? [];
    const { guild_id: _guild, member: _member, ...rest } = message as Record<string, unknown>;
    this.messages.set(message.channel_id, [...list, rest as unknown as StoredMessage]);
  }

  /** Its writer changed it, and nobody is told. */
  change(channelId: string, id: string, fields: Partial<StoredMessage>): void {
    const list = this.messages.get(channelId) ?? [];
    const changed = list.map((message) => (message.id === id ? { ...message, ...fields } : message));
    this.messages.set(channelId, changed);
  }

  /** The bot's own messages in a channel, oldest first. */
  own(channelId: string): StoredMessage[] {
    return (this.messages.get(channelId) ?? []).filter((message) => message.author.id === ids.bot);
  }

  /** The direct channel with somebody, as a made-up id; it is the same each time. */
  openDirect(user: string): Answer {
    const last_message_id = this.directs.get(user) ?? null;
    const channel = { id: `7${user}`, type: 1, last_message_id };
    this.channels.set(channel.id, channel);
    return { status: 200, body: channel };
  }

  create(channelId: string, call: Call): Answer {
    if (!this.channels.has(channelId)) return failed(404, 10_003, "Unknown Channel");
    const nonce = typeof call.body.nonce === "string" ? call.body.nonce : undefined;
    if ((nonce?.length ?? 0) > 25) return failed(400, 50_035, "Invalid Form Body");
    const list = this.messages.get(channelId) ?? [];
    const same = call.body.enforce_nonce === true ? list.find((each) => each.nonce === nonce) : undefined;
    if (same) return { status: 200, body: same };
    const made: StoredMessage = {
      id: this.id(),
      channel_id: channelId,
      author: bot,
      type: 0,
      content: "",
      flags: 0,
      components: [],
      mentions: [],
      attachments: [],
      embeds: [],
      ...call.body,
      files: call.files,
    };
    this.messages.set(channelId, [...list, made]);
    return { status: 200, body: made };
  }

  edit(channelId: string, messageId: string, call: Call): Answer {
    const channel = this.channels.get(channelId);
    if ((channel?.thread_metadata as { archived?: boolean } | undefined)?.archived) {
      return failed(400, 50_083, "Thread is archived");
    }
    const found = this.messages.get(channelId)?.find((message) => message.id === messageId);
    if (!found) return failed(404, 10_008, "Unknown Message");
    Object.assign(found, call.body, { files: call.files });
    return { status: 200, body: found };
  }

  one(channelId: string, messageId: string): Answer {
    const found = this.messages.get(channelId)?.find((message) => message.id === messageId);
    return found ? { status: 200, body: found } : failed(404, 10_008, "Unknown Message");
  }

  /** Like Discord: the oldest after one message, else the newest before another, the newest first. */
  list(channelId: string, query: URLSearchParams): Answer {
    const after = query.get("after");
    const [least, most] = [BigInt(after ?? "0"), BigInt(query.get("before") ?? "99999999999999999999")];
    const list = (this.messages.get(channelId) ?? []).filter(
      ({ id }) => BigInt(id) > least && BigInt(id) < most,
    );
    const sorted = list.toSorted((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
    const limit = Number(query.get("limit") ?? 50);
    const page = after === null ? sorted.slice(-limit) : sorted.slice(0, limit);
    // Discord forgets nonces when messages are read back.
    return { status: 200, body: page.map(({ nonce: _nonce, ...rest }) => rest).reverse() };
  }

  startThread(channelId: string, messageId: string, name: unknown): Answer {
    if (this.channels.has(messageId))
      return failed(400, 160_004, "A thread has already been created for this message");
    const known = this.messages.get(channelId)?.some((message) => message.id === messageId);
    if (!known) return failed(404, 10_008, "Unknown Message");
    const thread = {
      id: messageId,
      type: 11,
      parent_id: channelId,
      guild_id: ids.guild,
      name,
      owner_id: ids.bot,
    };
    this.channels.set(messageId, thread);
    return { status: 201, body: thread };
  }

  acknowledge(id: string, body: Record<string, unknown>): Answer {
    if (this.#acknowledged.has(id)) return failed(400, 40_060, "Interaction has already been acknowledged.");
    this.#acknowledged.add(id);
    this.callbacks.push({ id, type: Number(body.type), data: (body.data ?? {}) as Record<string, unknown> });
    return { status: 204 };
  }
}

export function failed(status: number, code: number, message: string): Answer {
  return { status, body: { code, message } };
}
