/** The lock file of what people accepted: edited, broken, busy, linked, shared by several servers. */
import { lstatSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mcp } from "../../../adapters/mcp/tools.ts";
import { folder, oddServer, offer, server, tool, wellIn } from "./bench.ts";

describe("the lock file", () => {
  test("that was edited counts as not accepted, and this is said", async () => {
    const { at: place } = await oddServer("well");
    const path = join(place, "mcp.lock.json");
    writeFileSync(path, readFileSync(path, "utf8").replace("Works.", "Works well."));
    const from = server(wellIn(place));
    expect(from.tools).toEqual([]);
    expect(from.notes).toEqual([expect.stringContaining("odd.work was edited")]);
  });

  test("that can't be read says where and what to do", () => {
    const place = folder();
    writeFileSync(join(place, "mcp.lock.json"), "{");
    expect(() => mcp(wellIn(place))).toThrow(/mcp\.lock\.json: it can't be read: .*; put back the version/);
  });

  test.each([
    ["long ago", new Date(0)],
    ["before the clock was set back", new Date("2100-01-01")],
  ])(
    "that another process is writing just now is left to it, and not one that was killed %s",
    async (_, killed) => {
      const { server: from, at: place } = await oddServer("well");
      const claim = join(place, "mcp.lock.json.busy");
      const before = readFileSync(join(place, "mcp.lock.json"), "utf8");
      offer(place, tool({ description: "Works otherwise." }));
      writeFileSync(claim, "");
      await expect(from.accept()).rejects.toThrow("another process is writing it just now; try again");
      expect(readFileSync(join(place, "mcp.lock.json"), "utf8")).toBe(before);
      // Left by a process that was killed.
      utimesSync(claim, killed, killed);
      await from.accept();
      expect(readFileSync(join(place, "mcp.lock.json"), "utf8")).toContain("Works otherwise.");
      expect(readdirSync(place).filter((name) => name.startsWith("mcp.lock"))).toEqual(["mcp.lock.json"]);
    },
  );

  test("that is a link stays one, and is written where it leads", async () => {
    const place = folder();
    const elsewhere = join(folder(), "accepted.json");
    writeFileSync(elsewhere, '{"version":1,"servers":{}}');
    symlinkSync(elsewhere, join(place, "mcp.lock.json"));
    offer(place, tool());
    await server(wellIn(place)).accept();
    expect(lstatSync(join(place, "mcp.lock.json")).isSymbolicLink()).toBe(true);
    expect(Object.keys(JSON.parse(readFileSync(elsewhere, "utf8")).servers)).toEqual(["odd"]);
  });

  test("that could not be read again is not written", async () => {
    const { at: place } = await oddServer("well");
    const before = readFileSync(join(place, "mcp.lock.json"), "utf8");
    const other = server({ ...wellIn(place), name: "constructor" });
    await expect(other.accept()).rejects.toThrow("the key constructor is forbidden");
    expect(readFileSync(join(place, "mcp.lock.json"), "utf8")).toBe(before);
  });

  test("keeps other servers, and is the same whenever the same is accepted", async () => {
    const { at: place } = await oddServer("well");
    const other = server({ ...wellIn(place), name: "other" });
    await other.accept();
    const path = join(place, "mcp.lock.json");
    const text = readFileSync(path, "utf8");
    expect(Object.keys(JSON.parse(text).servers)).toEqual(["odd", "other"]);
    await other.accept();
    expect(readFileSync(path, "utf8")).toBe(text);
  });
});
