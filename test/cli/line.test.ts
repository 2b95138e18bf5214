/** The commands' lines: what is asked for, what is not known, and trouble that an operator can mend, each in words. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { configFolder } from "../support/config-folder.ts";

// Each of these starts a whole program, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const root = resolve(import.meta.dirname, "../..");

function command(file: string, args: string[], env: Record<string, string> = {}) {
  const { PATH = "" } = process.env;
  const ran = spawnSync(process.execPath, [join(root, "src/cli", file), ...args], {
    encoding: "utf8",
    input: "",
    env: { PATH, ...env },
  });
  expect(ran.error).toBeUndefined();
  return { code: ran.status, out: ran.stdout, wrong: ran.stderr };
}

const commands = ["serve.ts", "chat.ts", "client.ts", "doctor.ts", "backup.ts", "tool.ts", "login.ts"];

describe.each(commands)("%s", (file) => {
  it("answers --help with its usage, and does nothing", () => {
    const { code, out, wrong } = command(file, ["--help"]);
    expect({ code, wrong }).toEqual({ code: 0, wrong: "" });
    expect(out).toMatch(/^usage: npm (start|run \w+)/);
  });

  it("names an option that it does not have", () => {
    const { code, wrong } = command(file, ["--nosuch", "--help-me"]);
    expect(code).toBe(2);
    expect(wrong).toMatch(/^npm (start|run \w+) has no option --nosuch\.\nusage: npm/);
    expect(wrong).not.toMatch(/^ {4}at /m);
  });
});

it("an option that is a variable is told with the variable", () => {
  expect(command("serve.ts", ["--port", "4000"]).wrong).toContain(
    "Set the variable PORT, for example in .env.",
  );
  expect(command("serve.ts", ["4000"]).wrong).toContain('npm start takes no words; found "4000".');
  expect(command("client.ts", ["--url"]).wrong).toContain("--url needs a value.");
});

describe("trouble that can be mended ends a start in words", () => {
  function start(env: Record<string, string>) {
    const { code, wrong } = command("serve.ts", [], { PORT: "0", BELAY_TOKEN: "token-of-this-test", ...env });
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
    const said = start({ PORT: port, DATABASE_URL: join(home.path, "belay.db") });
    expect(said).toContain(`port ${port} is in use: stop the program that has it, or set PORT`);
  });

  it("a folder in the place of the database", () => {
    using home = configFolder();
    expect(start({ DATABASE_URL: join(home.path, "prompts") })).toContain("set DATABASE_URL to a file");
  });

  it("a folder that can't be made, with the token or without", () => {
    using home = configFolder();
    writeFileSync(join(home.path, "file"), "");
    const DATABASE_URL = join(home.path, "file", "data", "belay.db");
    expect(start({ DATABASE_URL })).toContain(
      "set DATABASE_URL to a file, in a folder that this user may write",
    );
    expect(start({ DATABASE_URL, BELAY_TOKEN: "" })).toContain(
      "name a file in a folder that this user may write",
    );
    const doctor = command("doctor.ts", [], { DATABASE_URL });
    expect(doctor.wrong).not.toMatch(/^ {4}at /m);
    expect(doctor.out).toContain("✗ configuration: DATABASE_URL: the owner's token can't be kept in");
  });

  it("a file that is no program, by its name and line", () => {
    using home = configFolder({ "night.ts": "export default {\n  tools: [\n};\n" });
    const place = { DATABASE_URL: join(home.path, "a.db"), BELAY_CONFIG: join(home.path, "night.ts") };
    expect(start(place)).toContain("- night.ts:3: it can't be loaded: ");
  });
});
