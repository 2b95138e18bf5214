/** Which mail belongs to which run and question: tokens in addresses and Message-IDs, remembered in notes. */
import { createHmac } from "node:crypto";
import type { Address } from "../../src/core/actor.ts";
import type { Inlet } from "../../src/core/ports/channel.ts";
import {
  type MailSent,
  type MailThread,
  noteKinds,
  readNote,
  writeNote,
} from "../../src/core/store/notes.ts";
import { domainOf } from "./inbound.ts";

const MAX_REFERENCES = 20;
/** 128 bits: nobody guesses one. */
const TOKEN = /^[0-9a-f]{32}$/;

/** What was saved is found again by any process on the same store. */
export interface Conversations {
  /** The token of a mail of ours, the same each time it is sent. */
  sentToken(of: string): string;
  conversationToken(inboundKey: string): string;
  messageId(token: string): string;
  replyAddress(token: string): string;
  /** Is this a Message-ID as we make them? Says nothing of whether we made this one. */
  isOurs(messageId: string): boolean;
  /** The mail of ours that this one answers: by recipient first, then In-Reply-To, then References from the right. */
  answered(
    inlet: Inlet,
    mail: { recipients: readonly string[]; inReplyTo: string | null; references: readonly string[] },
  ): Promise<MailSent | null>;
  saveSent(inlet: Inlet, token: string, sent: MailSent): Promise<void>;
  /** The conversation of an address `email:<token>` or `email:<mail address>`; null when there is none. */
  conversation(inlet: Inlet, address: Address): Promise<MailThread | null>;
  saveConversation(inlet: Inlet, address: Address, conversation: MailThread): Promise<void>;
}

/** `own`: our mail address. */
export function conversationsOf(key: Uint8Array, own: string): Conversations {
  const [local = "", domain = domainOf(own)] = own.toLowerCase().split("@");
  const mac = (text: string) => createHmac("sha256", key).update(text).digest("hex").slice(0, 32);
  const plus = (address: string) =>
    address.startsWith(`${local}+`) && address.endsWith(`@${domain}`)
      ? address.slice(local.length + 1, -domain.length - 1)
      : null;
  const inId = (messageId: string) =>
    messageId.endsWith(`@${domain}`) ? messageId.slice(0, -domain.length - 1).replace(/^belay\./, "") : null;

  return {
    sentToken: (of) => mac(`sent/${of}`),
    conversationToken: (inboundKey) => mac(`thread/${inboundKey}`),
    messageId: (token) => `belay.${token}@${domain}`,
    replyAddress: (token) => `${local}+${token}@${domain}`,
    isOurs: (messageId) => TOKEN.test(inId(messageId) ?? ""),

    async answered(inlet, mail) {
      const ids = [mail.inReplyTo ?? "", ...mail.references.toReversed()];
      for (const token of [...mail.recipients.map(plus), ...ids.map(inId)]) {
        if (token === null || !TOKEN.test(token)) continue;
        const sent = await readNote(inlet.store, noteKinds.mailSent, token);
        if (sent !== null) return sent;
      }
      return null;
    },

    async saveSent(inlet, token, sent) {
      await writeNote(inlet.store, noteKinds.mailSent, { of: token, value: sent });
    },

    async conversation(inlet, address) {
      const place = address.slice("email:".length);
      if (place.includes("@"))
        return { to: place.toLowerCase(), subject: "", messageIds: [], receipt: false };
      return readNote(inlet.store, noteKinds.mailThread, place);
    },

    async saveConversation(inlet, address, conversation) {
      const place = address.slice("email:".length);
      if (place.includes("@")) return;
      const [root, ...rest] = [...new Set(conversation.messageIds)];
      const messageIds = root === undefined ? [] : [root, ...rest.slice(-MAX_REFERENCES)];
      await writeNote(inlet.store, noteKinds.mailThread, {
        of: place,
        value: { ...conversation, messageIds },
      });
    },
  };
}
