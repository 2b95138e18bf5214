/** What every channel promises, whatever the platform: run by each adapter's test with its recorded payloads. */
import { describe, expect, test } from "vitest";
import { channelOf } from "../../src/core/actor.ts";
import type { Message } from "../../src/core/message.ts";
import type { Inbound } from "../../src/core/ports/inbound.ts";
import { messages } from "../fixtures/messages.ts";

/** The pure parts of an adapter, and payloads of its platform. */
export interface ChannelSubject {
  /** The channel's name: the part of its addresses and principals before the colon. */
  name: string;
  parse(payload: unknown): Inbound | null;
  /** Payloads by name that must be ignored: own messages, other bots, edits, joins. */
  ignored: Readonly<Record<string, unknown>>;
  /** One thing said, delivered twice as the platform does it (a retry, two event kinds), by name. */
  redelivered: Readonly<Record<string, readonly [unknown, unknown]>>;
  /** Two different things, by name, whose keys must differ. */
  distinct: Readonly<Record<string, readonly [unknown, unknown]>>;
  /** Address → the adapter's own idea of the place → address. */
  roundTrip(address: string): string;
  addresses: readonly string[];
  /** All that would be sent for a message, in the platform's shape. */
  render(message: Message): unknown;
  /** The platform's limits that this rendering breaks, in words. */
  brokenLimits(rendered: unknown): string[];
  /** The ids that this rendering would notify (`everyone` and the like included). */
  pings(rendered: unknown): string[];
  /** A person and a group of this platform, and what `pings` calls them. */
  person: { principal: string; ping: string };
  group: { rule: string; ping: string } | null;
}

export function channelContract(subject: ChannelSubject): void {
  describe(`${subject.name}: what arrives`, () => {
    test.each(Object.entries(subject.ignored))("%s is ignored", (_, payload) => {
      expect(subject.parse(payload)).toBeNull();
    });

    test.each(Object.entries(subject.redelivered))("%s gives the same key twice", (_, [first, again]) => {
      const key = heard(subject, first).key;
      expect(key).not.toBe("");
      expect(heard(subject, again).key).toBe(key);
    });

    test.each(Object.entries(subject.distinct))("%s give different keys", (_, [one, other]) => {
      expect(heard(subject, one).key).not.toBe(heard(subject, other).key);
    });

    test("principals and addresses carry the channel's name", () => {
      for (const [first] of Object.values(subject.redelivered)) {
        const inbound = heard(subject, first);
        expect(inbound.channel).toBe(subject.name);
        expect(channelOf(inbound.actor.principal)).toBe(subject.name);
        if (inbound.address !== null) {
          expect(channelOf(inbound.address)).toBe(subject.name);
          expect(subject.roundTrip(inbound.address)).toBe(inbound.address);
        }
      }
    });

    test("what is remembered survives JSON", () => {
      for (const [first] of Object.values(subject.redelivered)) {
        const inbound = heard(subject, first);
        expect(JSON.parse(JSON.stringify(inbound))).toEqual(inbound);
      }
    });

    test.each(subject.addresses)("the address %s round-trips", (address) => {
      expect(subject.roundTrip(address)).toBe(address);
    });
  });

  describe(`${subject.name}: what is shown`, () => {
    test.each(messages)("$name stays within the limits", ({ message }) => {
      expect(subject.brokenLimits(subject.render(message))).toEqual([]);
    });

    test("nobody is notified without ping: true", () => {
      for (const { name, message } of messages) {
        const allowed = pinged(message);
        const surprised = subject.pings(subject.render(message)).filter((ping) => !allowed.has(ping));
        expect(surprised, name).toEqual([]);
      }
      const quiet = note({ person: { principal: subject.person.principal, name: "dana" } });
      expect(subject.pings(subject.render(quiet))).toEqual([]);
    });

    test("ping: true notifies the person and the group it names", () => {
      const loud = note({ person: { principal: subject.person.principal, name: "dana" }, ping: true });
      expect(subject.pings(subject.render(loud))).toEqual([subject.person.ping]);
      if (subject.group) {
        const all = note({ rule: subject.group.rule, ping: true });
        expect(subject.pings(subject.render(all))).toEqual([subject.group.ping]);
      }
    });

    test("principals of other channels are shown by name only", () => {
      const stranger = note({ person: { principal: "elsewhere:1/U9", name: "Robin" }, ping: true });
      const rendered = subject.render(stranger);
      expect(JSON.stringify(rendered)).toContain("Robin");
      expect(subject.pings(rendered)).toEqual([]);
    });
  });
}

function heard(subject: ChannelSubject, payload: unknown): Inbound {
  const inbound = subject.parse(payload);
  if (inbound === null) throw new Error(`ignored: ${JSON.stringify(payload)}`);
  return inbound;
}

type Part = Extract<Message["blocks"][number], { type: "note" }>["parts"][number];

function note(part: Part): Message {
  return { summary: "a note", blocks: [{ type: "note", parts: ["by ", part] }] };
}

/** Whom a message may notify: those that some part of it pings. */
function pinged(message: Message): Set<string> {
  const parts = message.blocks.flatMap((block) =>
    block.type === "note" ? block.parts : block.type === "heading" ? block.note : [],
  );
  const allowed = new Set<string>();
  for (const part of parts) {
    if (typeof part !== "object" || !("ping" in part) || part.ping !== true) continue;
    const id = "person" in part ? part.person.principal : part.rule;
    // Platforms name people by the last part of the principal; groups and roles by what follows their kind.
    allowed
      .add(id)
      .add(id.slice(id.lastIndexOf("/") + 1))
      .add(id.slice(id.lastIndexOf(":") + 1));
  }
  return allowed;
}
