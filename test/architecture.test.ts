/** What the rooms promise: arrows point down, a vendor has one home, the core is pure, exceptions are needed. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { mayImport } from "./support/rooms.ts";
import { placeOf, program, root, type Source, withoutComments } from "./support/sources.ts";

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
    "adapters/http/",
    "adapters/mcp/",
    "adapters/prometheus/",
    "adapters/runbooks/",
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
  yaml: ["src/tools/front-matter.ts"],
  croner: ["src/engine/schedule.ts", "src/engine/freezes.ts", "src/main.ts", "src/config/schedules.ts"],
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
  "declared",
  "declared-values",
  "endings",
  "define-tool",
  "front-matter",
  "outbound",
  "process-guard",
  "process-id",
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
  if (folder === undefined)
    throw new Error(`${path} is in a folder that test/support/rooms.ts does not know`);
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
