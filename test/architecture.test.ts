/** What the folders promise: arrows point down, a vendor has one home, names say what a file is, files stay small. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");

interface Source {
  path: string;
  text: string;
  imports: { target: string; typeOnly: boolean }[];
}

function sourcesIn(...folders: string[]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => sourceAt(join(folder, name))),
  );
}

function sourceAt(path: string): Source {
  const text = readFileSync(join(root, path), "utf8");
  const found = text.matchAll(
    /^(?:import|export)\s([^;"]*?)\sfrom "([^"]+)";|^import "([^"]+)";|\bimport\("([^"]+)"\)/gm,
  );
  const imports = [...found].map(([, names = "", named, bare, dynamic]) => ({
    target: named ?? bare ?? dynamic ?? "",
    typeOnly: names.startsWith("type ") || /^\{(\s*type \w+( as \w+)?,?)+\s*\}$/.test(names),
  }));
  return { path, text, imports };
}

/** A relative import as a path from the root, a package as it is. */
function placeOf(source: Source, target: string): string {
  return target.startsWith(".") ? relative(root, resolve(root, dirname(source.path), target)) : target;
}

const program = [...sourcesIn("src", "adapters"), sourceAt("belay.config.ts")];

/** The nouns of the core: what every verb speaks of. */
const nouns = [
  "actor",
  "agent",
  "approval-rule",
  "ask",
  "attachment",
  "call-events",
  "call-failure",
  "chosen-call",
  "command",
  "control-tools",
  "effect",
  "event",
  "fill-in",
  "fill-in-field",
  "form",
  "message",
  "never",
  "pages",
  "question",
  "question-events",
  "state",
  "tool-question",
  "undo",
  "usage",
  "words",
].map((noun) => `src/core/${noun}.ts`);

/** Where a file may look: the longest place that its path begins with counts. An adapter's rooms are found below. */
const mayImport: Record<string, readonly string[]> = {
  "src/core/text/": ["src/core/text/"],
  "src/core/": ["src/core/"],
  "src/core/ports/": ["src/core/ports/", "src/core/text/", ...nouns],
  "src/core/store/": ["src/core/store/", "src/core/ports/", "src/core/text/", ...nouns],
  "src/core/reduce/": ["src/core/reduce/", "src/core/text/", ...nouns],
  "src/core/decide/": ["src/core/decide/", "src/core/reduce/", "src/core/text/", ...nouns],
  "src/core/narrate/": ["src/core/narrate/", "src/core/reduce/", "src/core/text/", ...nouns],
  "src/core/admit/": ["src/core/admit/", "src/core/decide/", "src/core/text/", ...nouns],
  "src/core/origin/": ["src/core/origin/", "src/core/text/", ...nouns],
  "src/core/compose.ts": ["src/core/ports/", "src/core/text/", ...nouns],
  ...Object.fromEntries(nouns.map((noun) => [noun, ["src/core/text/", ...nouns]])),
  "src/tools/": ["src/core/", "src/tools/"],
  "src/engine/": ["src/core/", "src/engine/"],
  "src/engine/perform/": [
    "src/core/",
    "src/engine/perform/",
    "src/engine/record.ts",
    "src/engine/backoff.ts",
    "src/engine/lease.ts",
    "src/engine/ids.ts",
  ],
  "src/http/": ["src/core/", "src/engine/", "src/http/"],
  "src/http/wire/": ["src/core/", "src/http/wire/"],
  "src/http/guard/": ["src/core/", "src/engine/engine.ts", "src/http/guard/", "src/http/wire/"],
  "src/http/view/": ["src/core/", "src/http/view/", "src/http/guard/", "src/http/wire/"],
  "src/http/routes/": [
    "src/core/",
    "src/http/routes/",
    "src/http/view/",
    "src/http/guard/",
    "src/http/wire/",
  ],
  "src/http/mcp/": [
    "src/core/",
    "src/http/mcp/",
    "src/http/routes/",
    "src/http/view/",
    "src/http/guard/",
    "src/http/wire/",
  ],
  "src/config": ["src/core/", "src/tools/", "src/config"],
  // What a webhook may be is said by its kinds, with their own options, paths and titles.
  "src/config/triggers.ts": [
    "src/config",
    "adapters/webhook/kinds/list.ts",
    "adapters/webhook/paths.ts",
    "adapters/webhook/title.ts",
  ],
  "src/log.ts": [],
  "src/console/": ["src/core/", "src/http/", "src/console/"],
  "src/main.ts": ["src/", "adapters/"],
  "src/config/channels.ts": ["src/core/", "adapters/"],
  "src/open-channels.ts": ["src/", "adapters/"],
  "src/assemble.ts": ["src/", "adapters/"],
  "src/tool-servers.ts": ["src/core/", "src/engine/", "src/tools/"],
  "src/cli/": ["src/", "adapters/"],
  // Shows the console on the same made-up history as the browser tests.
  "src/cli/screenshots.ts": ["src/", "test/support/"],
  "belay.config.ts": ["src/config", "src/tools/", "adapters/"],
};

/** The one folder (or the few) that may import a package; a vendor that isn't listed has no home yet. */
const homes: Record<string, readonly string[]> = {
  "@napi-rs/canvas": ["adapters/prometheus/"],
  zod: [
    "src/core/",
    "src/config",
    "src/tools/",
    "src/http/",
    "src/cli/incident/belay.config.ts",
    "adapters/command/",
    "adapters/demo/",
    "adapters/github/",
    "adapters/mcp/",
    "adapters/prometheus/",
    "adapters/sql/",
    "adapters/webhook/kinds/",
  ],
  jose: ["adapters/webhook/kinds/jwt.ts"],
  pino: [
    "src/log.ts",
    "src/main.ts",
    "src/tool-servers.ts",
    "src/open-channels.ts",
    "src/assemble.ts",
    "src/engine/",
  ],
  "pino-pretty": ["src/log.ts"],
  yaml: ["src/config/"],
  croner: ["src/engine/schedule.ts", "src/main.ts", "src/config/schedules.ts"],
  hono: ["src/http/"],
  "@hono/node-server": ["src/http/"],
  react: ["src/console/"],
  "react-dom": ["src/console/"],
  "react-markdown": ["src/console/"],
  "remark-gfm": ["src/console/"],
  "radix-ui": ["src/console/"],
  wouter: ["src/console/"],
  "@tanstack/react-query": ["src/console/"],
  "@tanstack/react-virtual": ["src/console/"],
  "@vitejs/plugin-react": ["src/console/"],
  vite: ["src/console/vite.config.ts"],
  "playwright-core": ["src/cli/screenshots.ts"],
  "@modelcontextprotocol/client": ["adapters/mcp/"],
  "@modelcontextprotocol/server": ["src/http/mcp/"],
  "@octokit/rest": ["adapters/github/"],
  openai: ["adapters/openai/"],
  "@slack/bolt": ["adapters/slack/"],
  "@slack/socket-mode": ["adapters/slack/"],
  "discord.js": ["adapters/discord/"],
  nodemailer: ["adapters/email/"],
  "postal-mime": ["adapters/email/"],
  "smtp-server": ["adapters/email/"],
  htmlparser2: ["adapters/email/"],
  "better-sqlite3": ["adapters/sqlite/"],
  pg: ["adapters/postgres/", "adapters/sql/"],
  "drizzle-orm": ["adapters/sqlite/", "adapters/postgres/"],
  "graphile-worker": ["adapters/postgres/"],
};

function isIn(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path.startsWith(folder));
}

/**
 * In a channel `listen` may use `send` and `draw`, `send` may use `draw`; what they share
 * stands at the channel's door.
 */
function placesInAdapter(adapter: string, room: string | undefined): string[] {
  if (room === undefined) return [adapter];
  const rooms = ["draw", "send", "listen"];
  const below = rooms.slice(0, rooms.indexOf(room) + 1).map((name) => `${adapter}${name}/`);
  const shared = program
    .map(({ path }) => path)
    .filter((path) => dirname(path) === adapter.slice(0, -1) && path !== `${adapter}channel.ts`);
  return [...below, ...shared];
}

/** Packs of tools: what belay.config.ts makes tools of. */
function packs(): string[] {
  return program.map(({ path }) => path).filter((path) => /^adapters\/[^/]+\/tools\.ts$/.test(path));
}

/** What a pack of tools, a folder with a `tools.ts`, may use of the tools. */
const packDoor = [
  "connection",
  "contract",
  "endings",
  "define-tool",
  "outbound",
  "secret",
  "setting",
  "tool-server",
].map((name) => `src/tools/${name}.ts`);

function allowedFor(path: string): readonly string[] {
  const [, adapter, room] = /^(adapters\/[^/]+\/)(?:(draw|send|listen)\/)?/.exec(path) ?? [];
  if (adapter !== undefined) {
    const isPack = program.some((source) => source.path === `${adapter}tools.ts`);
    return ["src/core/", ...(isPack ? packDoor : []), ...placesInAdapter(adapter, room)];
  }
  if (path === "belay.config.ts") return [...(mayImport[path] ?? []), ...packs()];
  const folder = Object.keys(mayImport)
    .filter((known) => path.startsWith(known))
    .sort((a, b) => b.length - a.length)[0];
  if (folder === undefined) throw new Error(`${path} is in a folder that architecture.test.ts does not know`);
  return mayImport[folder] ?? [];
}

describe("imports", () => {
  it("point down", () => {
    const upward = program.flatMap((source) =>
      source.imports
        .filter(({ target }) => target.startsWith("."))
        .map(({ target }) => placeOf(source, target))
        .filter((place) => !isIn(place, allowedFor(source.path)))
        .map((place) => `${source.path} → ${place}`),
    );
    expect(upward).toEqual([]);
  });

  it("of the core are zod and itself: it has no clock, no random, no input and no output", () => {
    const core = program.filter(({ path }) => path.startsWith("src/core/"));
    const foreign = core.flatMap((source) =>
      source.imports
        .filter(({ target }) => !target.startsWith(".") && target !== "zod")
        .map(({ target }) => `${source.path} → ${target}`),
    );
    const impure = /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|setTimeout|fetch|console\.)/;
    expect([
      ...foreign,
      ...core.filter(({ text }) => impure.test(withoutComments(text))).map(({ path }) => path),
    ]).toEqual([]);
  });

  it("of a vendor's package stand in its home alone", () => {
    const strays = program.flatMap((source) =>
      source.imports
        .map(({ target }) => /^(@[^/]+\/[^/]+|[^./][^/]*)/.exec(target)?.[0])
        .filter((name) => name !== undefined && !name.startsWith("node:"))
        .filter((name) => !isIn(source.path, homes[name ?? ""] ?? []))
        // The inputs of tools that somebody declares there.
        .filter((name) => !(source.path === "belay.config.ts" && name === "zod"))
        .map((name) => `${source.path} → ${name}`),
    );
    expect(strays).toEqual([]);
  });

  it("of the console are values from src/core/text/, and only types from the rest of core and from http", () => {
    const heavy = program
      .filter(({ path }) => path.startsWith("src/console/"))
      .flatMap((source) =>
        source.imports
          .filter(({ typeOnly }) => !typeOnly)
          .map(({ target }) => placeOf(source, target))
          .filter((place) => isIn(place, ["src/core/", "src/http/"]) && !isIn(place, ["src/core/text/"]))
          .map((place) => `${source.path} → ${place}`),
      );
    expect(heavy).toEqual([]);
  });

  it("of src/core/text/ are its own files: a browser gets nothing else with it", () => {
    const strays = program
      .filter(({ path }) => path.startsWith("src/core/text/"))
      .flatMap((source) =>
        source.imports
          .map(({ target }) => placeOf(source, target))
          .filter((place) => !place.startsWith("src/core/text/"))
          .map((place) => `${source.path} → ${place}`),
      );
    expect(strays).toEqual([]);
  });

  it("have no circles, since the linter looks for them", () => {
    const { linter } = JSON.parse(readFileSync(join(root, "biome.json"), "utf8"));
    expect(linter.rules.suspicious.noImportCycles).toEqual({
      level: "error",
      options: { ignoreTypes: false },
    });
    expect(linter.rules.performance.noBarrelFile).toBe("error");
  });
});

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

describe("exceptions", () => {
  it("name a place that exists, and a home that its package needs", () => {
    const used = (places: readonly string[]) =>
      places.filter((place) => !program.some(({ path }) => path.startsWith(place)));
    const places = Object.entries(mayImport).flatMap(([place, allowed]) => [place, ...allowed]);
    expect(
      used(places.filter((place) => !place.startsWith("adapters/") && !place.startsWith("test/"))),
    ).toEqual([]);

    const idle = Object.entries(homes).flatMap(([name, folders]) =>
      folders
        .filter(
          (folder) => !program.some((source) => source.path.startsWith(folder) && imports(source, name)),
        )
        .map((folder) => `${name} in ${folder}`),
    );
    expect(idle).toEqual([]);
  });
});

function imports(source: Source, name: string): boolean {
  return source.imports.some(({ target }) => target === name || target.startsWith(`${name}/`));
}

/** At most so many lines, and why. */
const longer: Record<string, number> = {
  // One `switch` over all events: cut in two, neither half could be checked for completeness.
  "src/core/reduce/reduce.ts": 250,
  // The wiring of the engine's parts, and its face.
  "src/engine/create.ts": 336,
  // Claiming, driving and renewing are one state machine around one set of runs, told in prose above the code.
  "src/engine/worker.ts": 244,
  // Accepting, claiming and working off are one state machine around the inbox, told in prose above the code.
  "src/engine/inbox.ts": 235,
  // Sending, pacing and waiting are one state machine around the outbox, told in prose above the code.
  "src/engine/deliver.ts": 235,
  // The one door to the log, with everything that happens in its transaction.
  "src/engine/record.ts": 270,
  // The nouns of a run together: its phases and what they mean in one word.
  "src/core/state.ts": 280,
};

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}

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
