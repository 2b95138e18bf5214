/** What the files promise: names that say something, a first sentence, few lines, one way to start a process. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { program, root, sourcesIn, withoutComments } from "./support/sources.ts";

describe("files", () => {
  const all = [...program, ...sourcesIn("test", "bench")];

  it("have no name that says nothing", () => {
    const empty = /(^|\/)(index|types?|utils?|helpers?|common|misc|shared)\.tsx?$/;
    expect(all.filter(({ path }) => empty.test(path)).map(({ path }) => path)).toEqual([]);
  });

  it("begin with a sentence that says what they are", () => {
    expect(all.filter(({ text }) => !/^(#!.*\n)?\/\*\*[\s*]+\S/.test(text)).map(({ path }) => path)).toEqual(
      [],
    );
  });

  it("export names, no defaults, but where a tool insists", () => {
    const insisted = ["belay.config.ts", "src/cli/incident/belay.config.ts", "src/console/vite.config.ts"];
    const defaults = program.filter(({ text }) => /^export default /m.test(text)).map(({ path }) => path);
    expect(defaults.filter((path) => !insisted.includes(path))).toEqual([]);
  });

  it("leave the environment to src/config.ts", () => {
    // Vite and React choose their production code by NODE_ENV, when the console is built.
    const allowed = ["src/config.ts", "src/console/vite.config.ts"];
    const readers = program.filter(({ text }) => /\bprocess\.env\b(?!\.$)/m.test(withoutComments(text)));
    expect(readers.map(({ path }) => path).filter((path) => !allowed.includes(path))).toEqual([]);
  });

  it("say trusted and untrusted, and the first releases' words for it only where those are written and read", () => {
    const old = /\b(taint\w*|\w*[fF]oreign(Text)?\s*[:?=]|\.foreign\b)/;
    const users = program.filter(({ text }) => old.test(withoutComments(text))).map(({ path }) => path);
    expect(users.sort()).toEqual([
      "src/core/admit/admit.ts",
      "src/core/event.ts",
      "src/core/message.ts",
      "src/http/view/run.ts",
      "src/http/wire/runs.ts",
    ]);
  });

  it("are at most 200 lines long, with few exceptions", () => {
    const long = program
      .filter(({ path, text }) => text.split("\n").length - 1 > (longer[path] ?? 200))
      .map(({ path, text }) => `${path}: ${text.split("\n").length - 1}`);
    expect(long).toEqual([]);
  });

  it("are longer only where they still need it", () => {
    const lines = new Map(program.map(({ path, text }) => [path, text.split("\n").length - 1]));
    const stale = Object.entries(longer).filter(([path, most]) => {
      const length = lines.get(path) ?? 0;
      return length <= 200 || length < most - 40;
    });
    expect(stale).toEqual([]);
  });
});

/** At most so many lines, and why. */
const longer: Record<string, number> = {
  // One `switch` over all events: cut in two, neither half could be checked for completeness.
  "src/core/reduce/reduce.ts": 250,
  // The wiring of the engine's parts, and its face.
  "src/engine/create.ts": 336,
  // Claiming, driving and renewing are one state machine around one set of runs, told in prose above the code.
  "src/engine/worker.ts": 253,
  // Sending, pacing and waiting are one state machine around the outbox, told in prose above the code.
  "src/engine/deliver.ts": 235,
  // The nouns of a run together: its phases and what they mean in one word.
  "src/core/state.ts": 285,
};

describe("channels", () => {
  const channels = readdirSync(join(root, "adapters")).filter((name) =>
    existsSync(join(root, "adapters", name, "channel.ts")),
  );

  // A webhook's payload is data for an agent and its answer is JSON: nothing is parsed as talk, nothing is drawn.
  it.each(channels.filter((name) => name !== "webhook"))(
    "%s has the same three files as the others",
    (name) => {
      const files = ["channel.ts", "parse.ts", "render.ts"];
      const names = readdirSync(join(root, "adapters", name), { recursive: true, encoding: "utf8" });
      expect(files.filter((file) => !names.some((path) => path.split("/").at(-1) === file))).toEqual([]);
    },
  );
});

describe("processes of tests", () => {
  /** Who starts them in another way, and why. */
  const starters: Record<string, string> = {
    "test/support/child.ts": "the one way",
    "test/support/hold-child.ts": "how it starts what is not Node",
    "test/adapters/command/program-child.ts": "is itself the program of a command, and leaves a child behind",
    "test/faults/job-kill-child.ts": "dies in the middle of the program's own start of a process",
  };

  it("are started by test/support/child.ts alone, so that none outlives its test", () => {
    const found = sourcesIn("test")
      .filter((source) =>
        source.imports.some(({ target }) => /^(node:)?(child_process|cluster)$/.test(target)),
      )
      .map(({ path }) => path);
    expect(found.sort()).toEqual(Object.keys(starters).sort());
  });
});

describe("the lockfile", () => {
  it("holds no registry host", () => {
    const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
    const resolved = Object.entries<{ resolved?: string; link?: boolean }>(packages)
      .filter(([, entry]) => entry.resolved !== undefined && entry.link !== true)
      .map(([path]) => path);
    expect(resolved).toEqual([]);
  });
});
