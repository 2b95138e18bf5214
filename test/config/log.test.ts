/** The log: one line per event, and no secret in any of them. */
import { closeSync, existsSync, openSync } from "node:fs";
import { join, resolve } from "node:path";
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { createRedactor } from "../../src/core/text/redact.ts";
import { createLog } from "../../src/log.ts";
import { startChild } from "../support/child.ts";
import { configFolder } from "../support/config-folder.ts";

function logged(options: { pretty: boolean; level?: string }) {
  const lines: string[] = [];
  const log = createLog({
    level: options.level ?? "info",
    pretty: options.pretty,
    redact: createRedactor(['s3cret "value"']),
    to: new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString());
        done();
      },
    }),
  });
  return { log, lines };
}

describe("the log", () => {
  it("is one JSON object a line, with the fields as given", () => {
    const { log, lines } = logged({ pretty: false });
    log.child({ run: "r1" }).info({ version: 3, event: "call_started", ms: 2 }, "event recorded");
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ run: "r1", version: 3, msg: "event recorded" });
  });

  it("holds no secret: not in a field, an error, a child's binding or the message", () => {
    const { log, lines } = logged({ pretty: false });
    const secret = 's3cret "value"';
    const err = new Error(`login with ${secret}`, { cause: new Error(`Bearer ${"a1B2".repeat(6)}`) });
    log
      .child({ header: secret })
      .error({ err, deep: [{ [secret]: encodeURIComponent(secret) }] }, `sent ${secret}`);
    expect(lines.join("")).not.toMatch(/s3cret|a1B2/);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ header: "[secret]", msg: "sent [secret]" });
  });

  it("tells of a URL that an SDK hangs on its error where it led, and not what opens it", () => {
    const { log, lines } = logged({ pretty: false });
    const url =
      "https://discord.com/api/v10/interactions/123456789012345678/aW50ZXJhY3Rpb24/callback?with=canary";
    log.warn(
      { err: Object.assign(new Error("Unknown interaction"), { url, code: 10062 }) },
      "not acknowledged",
    );
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      err: {
        type: "Error",
        message: "Unknown interaction",
        code: 10_062,
        url: "https://discord.com/api/v10/interactions/…",
      },
    });
    expect(lines.join("")).not.toMatch(/aW50|canary/);
  });

  it("is made for people in a terminal, and just as silent about secrets", async () => {
    const { log, lines } = logged({ pretty: true });
    log.info({ run: "r1", key: 's3cret "value"' }, "run launched");
    await expect.poll(() => lines.join("")).toMatch(/INFO.*run launched.*r1/);
    expect(lines.join("")).not.toContain("s3cret");
  });

  it("keeps to its level", () => {
    const { log, lines } = logged({ pretty: false, level: "warn" });
    log.info("not this");
    log.warn("this");
    expect(lines).toHaveLength(1);
  });

  // Only Linux has a disk that is always full.
  it.runIf(existsSync("/dev/full"))("that can't be written stops nothing", async () => {
    const file = JSON.stringify(resolve(import.meta.dirname, "../../src/log.ts"));
    using place = configFolder({
      "full.ts": `
      import { createLog } from ${file};
      const log = createLog({ level: "info", pretty: false, redact: (text) => text });
      log.info({}, "first");
      log.info({}, "second");
      process.stderr.write("goes on");`,
    });
    const full = openSync("/dev/full", "w");
    const child = startChild(join(place.path, "full.ts"), [], { stdout: full });
    closeSync(full);
    expect(await child.ended).toMatchObject({ code: 0, errors: "goes on" });
  });
});
