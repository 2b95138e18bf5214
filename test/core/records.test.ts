/** Proves that records other than events can be read by every later release, and that damage is named. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { checksum } from "../../src/core/store/checksum.ts";
import { encodeEvent } from "../../src/core/store/codec.ts";
import { type EventRecord, eventRecords, eventsOf } from "../../src/core/store/event-rows.ts";
import { noteKinds, readNote, writeNote } from "../../src/core/store/notes.ts";
import { type RecordCodec, recordCodec } from "../../src/core/store/record-codec.ts";
import { agentCodec, inboundCodec, messageCodec, questionCodec } from "../../src/core/store/records.ts";
import { goldenReleases, goldenRows } from "../support/golden/open.ts";
import { commit } from "../support/store/commits.ts";

describe("a record", () => {
  const first = recordCodec(z.object({ name: z.string() }));
  const third = recordCodec(z.object({ names: z.array(z.string()), old: z.boolean() }), {
    upcasters: [
      (value) => ({ names: [z.object({ name: z.string() }).parse(value).name] }),
      (value) => ({ ...z.object({ names: z.array(z.string()) }).parse(value), old: true }),
    ],
  });

  it("of version 1 is the bare value, as it was before there were versions", () => {
    expect(first.encode({ name: "dana" })).toBe('{"name":"dana"}');
    expect(first.decode('{"name":"dana"}', "note x")).toEqual({ name: "dana" });
  });

  it("of any older version is lifted to the newest, which is not lifted again", () => {
    expect(third.decode('{"name":"dana"}', "note x")).toEqual({ names: ["dana"], old: true });
    expect(third.decode('{"v":2,"value":{"names":["dana"]}}', "note x")).toEqual({
      names: ["dana"],
      old: true,
    });
    const newest = { names: ["dana"], old: false };
    expect(third.encode(newest)).toBe('{"v":3,"value":{"names":["dana"],"old":false}}');
    expect(third.decode(third.encode(newest), "note x")).toEqual(newest);
  });

  it("that is a bare string may become more", () => {
    const text = recordCodec(z.string(), { bare: true });
    expect(text.encode("42")).toBe("42");
    expect(text.decode("42", "note x")).toBe("42");
    const more = recordCodec(z.object({ at: z.number() }), {
      bare: true,
      upcasters: [(value) => ({ at: Number(value) })],
    });
    expect(more.decode("42", "note x")).toEqual({ at: 42 });
    expect(more.decode(more.encode({ at: 7 }), "note x")).toEqual({ at: 7 });
  });

  it("of a newer release is named as such, and what nobody wrote as damaged", () => {
    expect(() => first.decode(third.encode({ names: [], old: true }), "note x")).toThrow(
      expect.objectContaining({
        code: "storage_version",
        what: "note x",
        message: "note x has shape 3, which this release does not know: upgrade",
      }),
    );
    for (const text of ["{", "[]", '{"name":3}', '{"v":1,"value":{}}', '{"v":1,']) {
      expect(() => first.decode(text, "note x"), text).toThrow(
        expect.objectContaining({ code: "storage_damaged", what: "note x" }),
      );
    }
  });

  it("may hold any text: NUL and lone surrogates are escaped, as no database keeps them", () => {
    const stored = first.encode({ name: "a\0b\ud800" });
    expect(stored).not.toContain("\0");
    expect(stored.isWellFormed()).toBe(true);
    expect(first.decode(stored, "note x")).toEqual({ name: "a\0b\ud800" });
  });
});

describe.each(goldenReleases)("golden rows of $release", ({ release, noteKinds: kinds }) => {
  const rows = goldenRows(release);
  const texts = (table: string, column: string) =>
    rows
      .filter((line) => line.table === table)
      .map(({ row }) => String(row[column]))
      .filter((text) => text !== "");
  const keeps = (codec: RecordCodec<unknown>, text: string) =>
    expect(JSON.parse(codec.encode(codec.decode(text, "golden")))).toEqual(JSON.parse(text));

  it("are read, and lose nothing when they are written again", () => {
    for (const text of texts("inbox", "body")) keeps(inboundCodec, text);
    for (const text of texts("outbox", "body")) keeps(messageCodec, text);
    for (const text of texts("questions", "body")) keeps(questionCodec, text);
    for (const text of texts("agents", "body")) keeps(agentCodec, text);
  });

  it("hold a note of every kind that there was, and each is known still", async () => {
    const notes = new Map(
      rows.filter((line) => line.table === "notes").map(({ row }) => [String(row.name), String(row.value)]),
    );
    const store = {
      note: async (name: string) => notes.get(name) ?? null,
      saveNote: async (name: string, value: string) => expect(value, name).toBe(notes.get(name)),
    };
    const seen = new Set<string>();
    for (const [key, kind] of Object.entries(noteKinds)) {
      for (const name of [...notes.keys()].filter((known) => known.startsWith(kind.name))) {
        const of = name.slice(kind.name.length);
        const value = await readNote<unknown>(store, kind, of);
        await writeNote<unknown>(store, kind, { of, value });
        notes.delete(name);
        seen.add(key);
      }
    }
    expect([...notes.keys()]).toEqual([]);
    expect(seen.size).toBe(kinds);
  });
});

describe("the rows of a log", () => {
  const written = eventRecords(
    commit("r1", 0, {
      events: [1, 2, 3, 4].map((at) => ({ type: "event_arrived", at, event: "e", payload: "x", omitted: 0 })),
    }),
  );
  const read = (records: readonly EventRecord[], { after = 0, version = 4 } = {}) =>
    eventsOf({ runId: "r1", after, version, records });
  const changed = (index: number, change: Partial<EventRecord>) =>
    written.map((record, at) => (at === index ? { ...record, ...change } : record));
  const wrongAt = (version: number) =>
    expect.objectContaining({
      code: "storage_damaged",
      what: "run r1",
      message: expect.stringContaining(`run r1 can't be read: its event at version ${version} `),
    });

  it("are read whole, in part, and not at all for an unknown run", () => {
    expect(read(written).map(({ at }) => at)).toEqual([1, 2, 3, 4]);
    expect(read(written.slice(2), { after: 2 }).map(({ at }) => at)).toEqual([3, 4]);
    expect(read([], { after: 4 })).toEqual([]);
    expect(read([], { version: 0 })).toEqual([]);
  });

  it("without a sum are from a release that had none", () => {
    expect(read(written.map((record) => ({ ...record, sum: null })))).toEqual(read(written));
  });

  it("are refused when one is missing, wherever it stood", () => {
    expect(() => read(written.slice(1))).toThrow(wrongAt(1));
    expect(() => read(written.filter(({ version }) => version !== 3))).toThrow(wrongAt(3));
    expect(() => read(written.slice(0, 3))).toThrow(wrongAt(4));
    expect(() => read([], { after: 3 })).toThrow(wrongAt(4));
  });

  it("are refused when one is not as it was written, whatever part of it", () => {
    const data = written[1]?.data ?? "";
    for (const change of [
      { data: data.replace("x", "y") },
      { data: data.replace('"omitted":0', '"omitted":1') },
      { at: 99 },
      { v: 0 },
      { type: "event_arrivec" },
      { runId: "r2" },
      { sum: 1 },
    ]) {
      expect(() => read(changed(1, change)), JSON.stringify(change)).toThrow(wrongAt(2));
    }
    expect(() => read(changed(1, { version: 9 }))).toThrow(wrongAt(2));
  });

  it("have a sum that a change of any single character changes", () => {
    const text = JSON.stringify(encodeEvent({ type: "completed", at: 1, answer: "done: \u{1f600} é" }));
    const sum = checksum(text);
    for (let index = 0; index < text.length; index++) {
      for (let bit = 0; bit < 16; bit++) {
        const flipped = String.fromCharCode(text.charCodeAt(index) ^ (1 << bit));
        expect(checksum(text.slice(0, index) + flipped + text.slice(index + 1))).not.toBe(sum);
      }
    }
  });
});
