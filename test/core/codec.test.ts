/** Proves that whatever is written can be read again: by this release, and by every later one. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventBodySchema, type RunEvent } from "../../src/core/event.ts";
import { StoreError } from "../../src/core/ports/store-error.ts";
import {
  decodeEvent,
  encodeEvent,
  eventCodec,
  plainText,
  type StoredEvent,
} from "../../src/core/store/codec.ts";

const place = { runId: "run_1", version: 7 };
const golden = join(import.meta.dirname, "../fixtures/golden");

function caught(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("events", () => {
  it("come back as they were", () => {
    const event: RunEvent = {
      type: "call_failed",
      at: 5,
      callId: "c1",
      code: "timeout",
      message: "too slow",
      ms: 9,
    };
    const stored = encodeEvent(event);
    expect(stored).toEqual({
      type: "call_failed",
      v: 1,
      at: 5,
      data: '{"callId":"c1","code":"timeout","message":"too slow","ms":9}',
    });
    expect(decodeEvent(stored, place)).toEqual(event);
  });

  it("keep NUL and lone surrogates exactly, and store neither as such", () => {
    const message = "a\0b\ud800c\u{1f600}";
    const stored = encodeEvent({ type: "failed", at: 1, code: "x", message });
    expect(stored.data).not.toContain("\0");
    expect(stored.data.isWellFormed()).toBe(true);
    expect(decodeEvent(stored, place)).toMatchObject({ message });
  });

  it("of an unknown type or a newer shape are refused by name", () => {
    for (const stored of [
      { type: "teleported", v: 1, at: 1, data: "{}" },
      { type: "woke", v: 2, at: 1, data: "{}" },
    ]) {
      const error = caught(() => decodeEvent(stored, place));
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toMatchObject({ code: "storage_version" });
      expect(String(error)).toContain(`run run_1 holds at version 7 an event "${stored.type}"`);
      expect(String(error)).toContain("written by a newer release; upgrade");
    }
  });

  it("that nobody can have written are called damaged", () => {
    for (const data of ["{", "[]", '{"callId":3}']) {
      const error = caught(() => decodeEvent({ type: "call_cleared", v: 1, at: 1, data }, place));
      expect(error).toMatchObject({ code: "storage_damaged" });
    }
  });
});

describe("upcasters", () => {
  const codec = eventCodec([
    { type: "failed", from: 1, up: (data) => ({ ...data, code: data.reason }) },
    { type: "failed", from: 2, up: (data) => ({ ...data, message: `${data.code}: ${data.message}` }) },
  ]);

  it("lift an event of any older shape to the newest", () => {
    const oldest = { type: "failed", v: 1, at: 1, data: '{"reason":"quota","message":"empty"}' };
    const older = { type: "failed", v: 2, at: 1, data: '{"code":"quota","message":"empty"}' };
    const lifted: RunEvent = { type: "failed", at: 1, code: "quota", message: "quota: empty" };
    expect(codec.decode(oldest, place)).toEqual(lifted);
    expect(codec.decode(older, place)).toEqual(lifted);
  });

  it("make new events carry the newest shape, which is not lifted again", () => {
    const event: RunEvent = { type: "failed", at: 1, code: "quota", message: "empty" };
    expect(codec.encode(event).v).toBe(3);
    expect(codec.decode(codec.encode(event), place)).toEqual(event);
    expect(codec.encode({ type: "woke", at: 1 }).v).toBe(1);
  });

  it("may leave no shape out", () => {
    expect(() => eventCodec([{ type: "failed", from: 2, up: (data) => data }])).toThrow("must start at 1");
  });
});

describe("golden logs", () => {
  const releases = readdirSync(golden);

  it.each(releases)("of release %s are read, and written again byte for byte", (release) => {
    const lines = readFileSync(join(golden, release, "events.jsonl"), "utf8")
      .trim()
      .split("\n");
    for (const [index, line] of lines.entries()) {
      const stored = JSON.parse(line) as StoredEvent;
      const event = decodeEvent(stored, { runId: release, version: index + 1 });
      const again = encodeEvent(event);
      if (again.v === stored.v) expect(JSON.parse(again.data)).toEqual(JSON.parse(stored.data));
    }
  });

  it("of the newest release hold every type of event", () => {
    const newest = releases.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1);
    const lines = readFileSync(join(golden, newest ?? "", "events.jsonl"), "utf8")
      .trim()
      .split("\n");
    const seen = new Set(lines.map((line) => (JSON.parse(line) as StoredEvent).type));
    expect([...seen].sort()).toEqual(eventBodySchema.options.map((option) => option.shape.type.value).sort());
  });
});

describe("other records", () => {
  it("hold plain text that any database can keep", () => {
    expect(plainText("a\0b\udc00")).toBe("a\ufffdb\ufffd");
    expect(plainText("dana \u{1f600}")).toBe("dana \u{1f600}");
  });
});
