/** The commands' lines: what is asked for, what is not known, and trouble that an operator can mend, each in words. */
import { closeSync, openSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startChild } from "../support/child.ts";
import { configFolder } from "../support/config-folder.ts";

async function command(file: string, args: string[], env: Record<string, string> = {}) {
  const { PATH = "" } = process.env;
  const child = startChild(join("src/cli", file), args, { env: { PATH, ...env } });
  child.process.stdin?.end();
  const { code, output: out, errors: wrong } = await child.ended;
  return { code, out, wrong };
}

const commands = ["serve.ts", "chat.ts", "client.ts", "doctor.ts", "backup.ts", "tool.ts", "login.ts"];

describe.each(commands)("%s", (file) => {
  it("answers --help with its usage, and does nothing", async () => {
    const { code, out, wrong } = await command(file, ["--help"]);
    expect({ code, wrong }).toEqual({ code: 0, wrong: "" });
    expect(out).toMatch(/^usage: npm (start|run \w+)/);
  });

  it("names an option that it does not have", async () => {
    const { code, wrong } = await command(file, ["--nosuch", "--help-me"]);
    expect(code).toBe(2);
    expect(wrong).toMatch(/^npm (start|run \w+) has no option --nosuch\.\nusage: npm/);
    expect(wrong).not.toMatch(/^ {4}at /m);
  });
});

it("what can't be written is said, and a reader that leaves is no trouble", async () => {
  const full = openSync("/dev/full", "w");
  const { code, errors } = await startChild("src/cli/login.ts", ["--help"], { stdout: full }).ended;
  closeSync(full);
  expect({ code, errors }).toEqual({
    code: 1,
    errors: "The output could not be written: ENOSPC: no space left on device, write\n",
  });
  const unread = startChild("src/cli/login.ts", ["--help"]);
  unread.process.stdout?.destroy();
  expect(await unread.ended).toMatchObject({ code: 0, errors: "" });
});

it("an option that is a variable is told with the variable", async () => {
  expect((await command("serve.ts", ["--port", "4000"])).wrong).toContain(
    "Set the variable PORT, for example in .env.",
  );
  expect((await command("serve.ts", ["4000"])).wrong).toContain('npm start takes no words; found "4000".');
  expect((await command("client.ts", ["--url"])).wrong).toContain("--url needs a value.");
});

describe("trouble that can be mended ends a start in words", () => {
  async function start(env: Record<string, string>) {
    const { code, wrong } = await command("serve.ts", [], {
      PORT: "0",
      BELAY_TOKEN: "token-of-this-test",
      ...env,
    });
    expect(wrong).not.toMatch(/^ {4}at /m);
    expect(code).toBe(1);
    return wrong;
  }

  it("a port in use", async () => {
    using home = configFolder();
    const holder = createServer();
    await new Promise<void>((listening) => holder.listen(0, "127.0.0.1", listening));
    onTestFinished(() => void holder.close());
    const address = holder.address();
    const port = String(typeof address === "object" ? address?.port : "");
    const said = await start({ PORT: port, DATABASE_URL: join(home.path, "belay.db") });
    expect(said).toContain(`port ${port} is in use: stop the program that has it, or set PORT`);
  });

  it("a folder in the place of the database", async () => {
    using home = configFolder();
    expect(await start({ DATABASE_URL: join(home.path, "prompts") })).toContain("set DATABASE_URL to a file");
  });

  it("a folder that can't be made, with the token or without", async () => {
    using home = configFolder();
    writeFileSync(join(home.path, "file"), "");
    const DATABASE_URL = join(home.path, "file", "data", "belay.db");
    expect(await start({ DATABASE_URL })).toContain(
      "set DATABASE_URL to a file, in a folder that this user may write",
    );
    expect(await start({ DATABASE_URL, BELAY_TOKEN: "" })).toContain(
      "name a file in a folder that this user may write",
    );
    const doctor = await command("doctor.ts", [], { DATABASE_URL });
    expect(doctor.wrong).not.toMatch(/^ {4}at /m);
    expect(doctor.out).toContain("✗ configuration: DATABASE_URL: the owner's token can't be kept in");
  });

  it("a file that is no program, by its name and line", async () => {
    using home = configFolder({ "night.ts": "export default {\n  tools: [\n};\n" });
    const place = { DATABASE_URL: join(home.path, "a.db"), BELAY_CONFIG: join(home.path, "night.ts") };
    expect(await start(place)).toContain("- night.ts:3: it can't be loaded: ");
  });
});
