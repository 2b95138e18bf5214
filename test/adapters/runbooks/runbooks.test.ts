/** Runbooks on a real disk: what an agent is told of them, what stands in one, and what a folder may not hold. */
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runbooks } from "../../../adapters/runbooks/tools.ts";
import { createToolbox } from "../../../src/tools/toolbox.ts";

const call = { runId: "r1", callId: "c1", key: "r1:c1", epoch: 1, signal: new AbortController().signal };
let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "belay-runbooks-"));
  folder = join(root, "runbooks");
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function runbook(name: string, text: string, more = ""): string {
  return `---\nname: ${name}\ndescription: Use it for ${name}.\n${more}---\n\n${text}\n`;
}

function run(tool: string, input: unknown) {
  return createToolbox(runbooks({ folder }), { redact: String }).run(tool, input, call);
}

describe("runbooks", () => {
  it("are listed by name, each with when to use it", async () => {
    write("disk-full.md", runbook("disk-full", "Free some space."));
    write("checkout-slow/SKILL.md", runbook("checkout-slow", "Look at the queue."));
    write("README.md", "How we write them.");
    write(".draft.md", "Not yet.");
    expect(await run("list_runbooks", {})).toMatchObject({
      type: "finished",
      output: "- checkout-slow: Use it for checkout-slow.\n- disk-full: Use it for disk-full.",
    });
  });

  it("are read whole, without their front matter, however the file ends its lines", async () => {
    write("disk-full.md", runbook("disk-full", "1. Look.\n2. Ask.").replaceAll("\n", "\r\n"));
    expect(await run("read_runbook", { name: "disk-full", file: null })).toMatchObject({
      output: "1. Look.\n2. Ask.",
    });
  });

  it("are the team's own words, so that they are not marked as from outside, and need no approval", () => {
    write("disk-full.md", runbook("disk-full", "Free some space."));
    for (const { spec } of runbooks({ folder }))
      expect(spec).toMatchObject({ effect: "read", untrusted: false, approval: null });
  });

  it("in the form of agent skills load unchanged, with the text files beside them", async () => {
    const more = "license: MIT\nmetadata:\n  author: ops\nallowed-tools: Bash(rm:*)\n";
    write("checkout-slow/SKILL.md", runbook("checkout-slow", "See references/limits.md.", more));
    write("checkout-slow/references/limits.md", "40 a second");
    write("checkout-slow/assets/graph.png", new Uint8Array([0x89, 0x50, 0xff, 0xfe]));
    expect(await run("read_runbook", { name: "checkout-slow", file: null })).toMatchObject({
      output: "See references/limits.md.\n\n[files beside it, to be read with `file`: references/limits.md]",
    });
    for (const file of ["references/limits.md", "./references/limits.md"])
      expect(await run("read_runbook", { name: "checkout-slow", file })).toMatchObject({
        output: "40 a second",
      });
  });

  it("of a folder that git keeps bring what was written for readers, and nothing hidden or huge", async () => {
    write("a/SKILL.md", runbook("a", "Text."));
    write("a/near.md", "near");
    write("a/.env", "TOKEN=x");
    write("a/long.md", "x".repeat(60_001));
    write("a/recording.mp4", "");
    truncateSync(join(folder, "a/recording.mp4"), 3 * 2 ** 30);
    for (let n = 0; n < 60; n++) write(`a/.git/refs/${n}`, "0000");
    expect(await run("read_runbook", { name: "a", file: null })).toMatchObject({
      output: "Text.\n\n[files beside it, to be read with `file`: near.md]",
    });
  });

  it("have a line each in the list, however their front matter is broken into lines", async () => {
    write("a.md", "---\nname: a\ndescription: |\n  One.\n\n  - b: Two.\n---\nText.");
    expect(await run("list_runbooks", {})).toMatchObject({ output: "- a: One. - b: Two." });
  });

  it("lead to no file outside of their folder", async () => {
    mkdirSync(folder);
    writeFileSync(join(root, "secret.md"), runbook("secret", "the key"));
    write("a/SKILL.md", runbook("a", "Text."));
    write("a/near.md", "near");
    symlinkSync(join(root, "secret.md"), join(folder, "a", "link.md"));
    for (const file of ["../../secret.md", "link.md", join(root, "secret.md"), "../a/near.md"])
      expect(await run("read_runbook", { name: "a", file })).toMatchObject({
        type: "failed",
        message: expect.stringContaining("it has near.md"),
      });
    expect(await run("list_runbooks", {})).toMatchObject({ output: "- a: Use it for a." });
  });

  it("of a mounted ConfigMap are read through its links, and so is its next version", async () => {
    const version = (name: string, text: string) => {
      write(`${name}/disk-full.md`, runbook("disk-full", text));
      write(`${name}/notes.txt`, "no runbook");
      write(`${name}/checkout-slow/SKILL.md`, runbook("checkout-slow", text));
      write(`${name}/checkout-slow/limits.md`, `${text} 40 a second`);
      symlinkSync(name, join(folder, "..data_tmp"));
      renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
    };
    version("..2026_11_29_08_00_00.1", "One.");
    for (const name of ["disk-full.md", "notes.txt", "checkout-slow"])
      symlinkSync(join("..data", name), join(folder, name));
    symlinkSync("limits.md", join(folder, "..data", "checkout-slow", "same.md"));
    expect(await run("list_runbooks", {})).toMatchObject({
      output: "- checkout-slow: Use it for checkout-slow.\n- disk-full: Use it for disk-full.",
    });
    expect(await run("read_runbook", { name: "checkout-slow", file: null })).toMatchObject({
      output: "One.\n\n[files beside it, to be read with `file`: limits.md, same.md]",
    });
    version("..2026_11_29_09_00_00.2", "Two.");
    expect(await run("read_runbook", { name: "disk-full", file: null })).toMatchObject({ output: "Two." });
    expect(await run("read_runbook", { name: "checkout-slow", file: "limits.md" })).toMatchObject({
      output: "Two. 40 a second",
    });
  });

  it("in a folder that is a link itself are read", async () => {
    write("a.md", runbook("a", "Text."));
    const link = join(root, "linked");
    symlinkSync(folder, link);
    expect(runbooks({ folder: link }).map(({ off }) => off)).toEqual([null, null]);
  });

  it("that are not there are told with those that are", async () => {
    write("disk-full.md", runbook("disk-full", "Free some space."));
    expect(await run("read_runbook", { name: "disc-full", file: null })).toMatchObject({
      type: "failed",
      message: expect.stringContaining("there are disk-full; did you mean disk-full?"),
    });
    expect(await run("read_runbook", { name: "disk-full", file: "x.md" })).toMatchObject({
      type: "failed",
      message: expect.stringContaining("has no other file; give null"),
    });
  });

  it("are off where there is none, and say what switches them on", () => {
    const off = () => runbooks({ folder }).map((tool) => tool.off);
    const words = "put a runbook into runbooks/ to switch them on";
    expect(off()).toEqual([words, words]);
    mkdirSync(folder);
    expect(off()).toEqual([words, words]);
    write("a.md", runbook("a", "Text."));
    expect(off()).toEqual([null, null]);
  });

  it("stand as they were when the bot started", async () => {
    write("a.md", runbook("a", "As reviewed."));
    const toolbox = createToolbox(runbooks({ folder }), { redact: String });
    write("a.md", runbook("a", "Changed since."));
    expect(await toolbox.run("read_runbook", { name: "a", file: null }, call)).toMatchObject({
      output: "As reviewed.",
    });
  });
});

describe("a folder of runbooks", () => {
  it.each([
    ["no front matter", { "a.md": "Text." }, "runbooks/a.md: it must begin with front matter"],
    ["no text", { "a.md": runbook("a", "") }, "runbooks/a.md: there is no text below the front matter"],
    ["no description", { "a.md": "---\nname: a\n---\nText." }, "runbooks/a.md: description: "],
    [
      "another name",
      { "a.md": runbook("b", "Text.") },
      "runbooks/a.md: its name is b; name it a, or rename a.md",
    ],
    ["a name with capitals", { "A.md": runbook("A", "Text.") }, "is lower-case letters and digits"],
    [
      "a folder without its file",
      { "a/notes.md": "Text." },
      "runbooks/a/SKILL.md: it is not there; write it, or move its folder elsewhere",
    ],
    [
      "no end of its front matter",
      { "a.md": "---\nname: a\ndescription: A.\n---" },
      "runbooks/a.md: there is no text below the front matter",
    ],
    [
      "no text at all",
      { "a.md": new Uint8Array([0xff, 0xfe, 0x00]) },
      "runbooks/a.md: it is not text in UTF-8",
    ],
    [
      "two of one name",
      { "a.md": runbook("a", "Text."), "a/SKILL.md": runbook("a", "Text.") },
      "two runbooks are named a; rename or remove one",
    ],
    [
      "more than can be told at once",
      { "a.md": runbook("a", "x".repeat(60_001)) },
      "runbooks/a.md: it has 60001 characters, and at most 60000 are told at once",
    ],
  ])("with %s is refused with what to do", (_, files, words) => {
    for (const [path, text] of Object.entries<string | Uint8Array>(files)) write(path, text);
    expect(() => runbooks({ folder })).toThrow(words);
  });

  it.each(["a.md", "a", "a/SKILL.md"])(
    "with the link %s to another place is refused: what is read is what is here",
    (link) => {
      mkdirSync(dirname(join(folder, link)), { recursive: true });
      writeFileSync(join(root, "elsewhere"), runbook("a", "Text."));
      symlinkSync(join(root, "elsewhere"), join(folder, link));
      const words = `runbooks/${link}: it is a link that leads out of this folder; put the runbook itself here`;
      expect(() => runbooks({ folder })).toThrow(words);
    },
  );

  it("with a link to a folder elsewhere, or to one whose name begins alike, is refused", () => {
    mkdirSync(folder);
    const other = `${folder}-of-others`;
    mkdirSync(other);
    writeFileSync(join(other, "SKILL.md"), runbook("a", "Text."));
    symlinkSync(other, join(folder, "a"));
    expect(() => runbooks({ folder })).toThrow("runbooks/a/SKILL.md: it is a link that leads out");
  });

  it("with what is no file is refused", () => {
    mkdirSync(folder);
    symlinkSync("/dev/null", join(folder, "a.md"));
    expect(() => runbooks({ folder })).toThrow("runbooks/a.md: it is no file");
  });

  it.each([
    ["nowhere", "gone.md"],
    ["to itself", "a.md"],
  ])("with a link that leads %s is refused", (_, to) => {
    mkdirSync(folder);
    symlinkSync(to, join(folder, "a.md"));
    const words = "runbooks/a.md: it is a link that leads nowhere; put the runbook itself here";
    expect(() => runbooks({ folder })).toThrow(words);
  });

  it("with more than the list can tell at once is refused with what to do", () => {
    const name = (n: number) => `runbook-${n}`;
    for (let n = 0; n < 100; n++) {
      const description = `${n} ${"x".repeat(700)}`;
      write(`${name(n)}.md`, `---\nname: ${name(n)}\ndescription: ${description}\n---\nText.`);
    }
    expect(() => runbooks({ folder })).toThrow(
      /their list has 7\d{4} characters, and at most 60000 are told at once/,
    );
  });

  it("is told of with everything that is wrong in it", () => {
    write("a.md", "Text.");
    write("b.md", "Text.");
    expect(() => runbooks({ folder })).toThrow(/runbooks\/a\.md.*runbooks\/b\.md/s);
  });
});
