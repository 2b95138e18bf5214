/** What a kind of webhook is: how its deliveries prove themselves, which repeat each other, what they are about. */
import type { z } from "zod";
import type { Json } from "../payload.ts";

/** `stale_signature`: the signature is right, and its time too far from now. */
export type Verdict = "authentic" | "bad_signature" | "stale_signature";

/** A delivery as it came in, before anything believes it. */
export interface Delivered {
  headers: Headers;
  /** Asked for only where the head alone does not refuse: until then it is not even read. */
  readonly body: Uint8Array;
  /** One of the hook's secrets: while they rotate there are two, tried one after the other. */
  secret: string;
  /** What stands behind the webhook's name in the path. */
  pathSecret: string | null;
  /** ms since the epoch */
  now: number;
  /** Fetches a key set from an address of the configuration; small, and soon or not at all. */
  fetchText(url: string): Promise<string>;
  sns: SnsDesk;
}

/** Amazon's own signatures, which its mail has too; the wiring hands them over. */
export interface SnsDesk {
  /** Whether SNS signed this message, for this topic and not long ago. */
  isAuthentic(message: Json, topicArn: string, now: number): Promise<boolean>;
  /** Confirms the subscription that an authentic message asks to confirm. */
  confirm(message: Json): Promise<void>;
}

/** A delivery that was believed and read. */
export interface Received {
  headers: Headers;
  payload: { [key: string]: Json };
}

interface Parts<Options> {
  verify(delivered: Delivered, options: Options): Verdict | Promise<Verdict>;
  /** What its sender repeats with each repetition, or null: the whole body. Never what could be changed unseen. */
  key?(received: Received, options: Options): string | null;
  /** What a delivery is about: the first of these templates all of whose paths are found. */
  titles?: readonly string[];
  /** Whether a delivery only says hello, and starts no run. What has to be answered is answered here. */
  greets?(received: Received, sns: SnsDesk): boolean | Promise<boolean>;
  /** The payload inside an envelope. */
  unwrap?(payload: Received["payload"]): Received["payload"];
  /** Its sender names no JSON type, and sends JSON all the same. */
  isAnyType?: true;
}

/** A kind with the options that a hook has written. */
export interface BoundKind {
  verify(delivered: Delivered): Promise<Verdict>;
  key(received: Received): string | null;
  titles: readonly string[];
  greets(received: Received, sns: SnsDesk): Promise<boolean>;
  unwrap(payload: Received["payload"]): Received["payload"];
  isAnyType: boolean;
}

/** A kind before a hook's options are known. */
export interface WebhookKind<Schema extends z.ZodType = z.ZodType> {
  name: string;
  /** What `verify` of belay.config.ts may hold for this kind. */
  options: Schema;
  /** @throws ZodError when `written` are not this kind's options */
  on(written: unknown): BoundKind;
}

/** `options` must hold `kind` as a literal: the list of kinds is a union over it. */
export function defineKind<Schema extends z.ZodType>(
  name: string,
  options: Schema,
  parts: Parts<z.output<Schema>>,
): WebhookKind<Schema> {
  return {
    name,
    options,
    on(written) {
      const own = options.parse(written);
      return {
        verify: async (delivered) => parts.verify(delivered, own),
        key: (received) => parts.key?.(received, own) ?? null,
        titles: parts.titles ?? [],
        greets: async (received, sns) => (await parts.greets?.(received, sns)) ?? false,
        unwrap: (payload) => parts.unwrap?.(payload) ?? payload,
        isAnyType: parts.isAnyType ?? false,
      };
    },
  };
}
