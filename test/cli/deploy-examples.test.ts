/** The files of docs/examples/deploy name what there is: flags, variables, the port, the path of the probe. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { variableNames, variables } from "../../src/config/environment.ts";
import { operations } from "../../src/http/wire/operations.ts";
import { runProgram, startChild } from "../support/child.ts";

const folder = join(import.meta.dirname, "..", "..", "docs", "examples", "deploy");
const files = readdirSync(folder);
const text = (name: string) => readFileSync(join(folder, name), "utf8");
const port = variables.shape.PORT.parse(undefined);
const health = operations.health.path;

const argv = z.tuple([z.literal("npm"), z.literal("start")], z.string());
const service = z.object({
  command: argv.optional(),
  env_file: z.tuple([z.literal(".env")]).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  ports: z.array(z.string()).optional(),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.literal("service_healthy") })).optional(),
  stop_grace_period: z.string().optional(),
});
const compose = z.object({ services: z.record(z.string(), service) }).parse(parse(text("compose.yaml")));

const deployment = z.object({
  kind: z.literal("Deployment"),
  spec: z.object({
    template: z.object({
      spec: z.object({
        terminationGracePeriodSeconds: z.number(),
        containers: z.tuple([
          z.object({
            command: argv,
            ports: z.tuple([z.object({ name: z.string(), containerPort: z.number() })]),
            readinessProbe: z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) }),
          }),
        ]),
      }),
    }),
  }),
});
const kubernetes: unknown[] = parseAllDocuments(text("kubernetes.yaml")).map((document) => document.toJS());
const deployments = kubernetes.flatMap((one) => {
  const read = deployment.safeParse(one);
  return read.success ? [read.data.spec.template.spec] : [];
});

const units = files.filter((name) => name.endsWith(".service"));
const settingsOf = (unit: string, name: string) =>
  [...text(unit).matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value = ""]) => value);

/** How each file starts the bot: what comes after `npm start --`. */
const flags = [
  ...Object.values(compose.services).flatMap(({ command }) => (command ? [command.slice(3)] : [])),
  ...deployments.map(({ containers: [{ command }] }) => command.slice(3)),
  ...units.flatMap((unit) => settingsOf(unit, "ExecStart").map((line) => line.split(" ").slice(3))),
];

test("has the files that this test reads", () => {
  expect(files.toSorted()).toEqual([
    "Dockerfile",
    "belay-web.service",
    "belay-worker@.service",
    "compose.yaml",
    "kubernetes.yaml",
  ]);
  expect(deployments).toHaveLength(2);
  expect(flags).toHaveLength(6);
});

test("starts with flags that npm start has, web and workers in each", async () => {
  const help = await startChild("src/cli/start.ts", ["--help"]).succeeded();
  const known = [...(help.split("\n")[0] ?? "").matchAll(/\[(--[\w-]+)\]/g)].map(([, flag = ""]) => flag);
  expect(new Set(flags.flat())).toEqual(new Set(known));
});

test("sets variables that the bot reads, and publishes and asks the port that it listens on", () => {
  const set = [
    ...[...text("Dockerfile").matchAll(/^ENV (\w+)=/gm)].map(([, name]) => name),
    ...units.flatMap((unit) => settingsOf(unit, "Environment").map((line) => line.split("=")[0])),
    ...Object.values(compose.services).flatMap(({ command, environment = {} }) =>
      command ? Object.keys(environment) : [],
    ),
    // Those that the comments ask for.
    ...files.flatMap((name) =>
      [...text(name).matchAll(/\b(?:DATABASE_URL|BELAY_TOKEN)\b/g)].map(([name]) => name),
    ),
  ];
  expect(variableNames).toEqual(expect.arrayContaining(set));
  expect(set).toEqual(expect.arrayContaining(["HOST", "PORT", "DATABASE_URL", "BELAY_TOKEN"]));
  expect(text("Dockerfile")).toContain(`EXPOSE ${port}\n`);
  expect(compose.services.web?.ports).toEqual([`127.0.0.1:${port}:${port}`]);
  expect(compose.services.web?.healthcheck?.test.join(" ")).toContain(`:${port}${health}'`);
  for (const { containers } of deployments) {
    const [{ ports, readinessProbe }] = containers;
    expect(ports[0].containerPort).toBe(port);
    expect(readinessProbe.httpGet).toEqual({ path: health, port: ports[0].name });
  }
});

test("gives it the time that it may take to stop", () => {
  const [, longestMs] = /longestMs = ([\d_]+)/.exec(readFileSync("src/cli/last-guard.ts", "utf8")) ?? [];
  const seconds = Number(longestMs?.replaceAll("_", "")) / 1_000;
  expect(seconds).toBeGreaterThan(0);
  const bots = Object.values(compose.services).filter(({ command }) => command !== undefined);
  expect([
    ...bots.map(({ stop_grace_period: given }) => Number(given?.replace("s", ""))),
    ...deployments.map(({ terminationGracePeriodSeconds: given }) => given),
    ...units.flatMap((unit) => settingsOf(unit, "TimeoutStopSec").map(Number)),
  ]).toEqual(Array.from({ length: 6 }, () => seconds));
});

test("installs what the lock file asks for, with the newest Node that package.json allows", () => {
  const { engines } = z
    .object({ engines: z.object({ node: z.string() }) })
    .parse(JSON.parse(readFileSync("package.json", "utf8")));
  expect(text("Dockerfile")).toContain(`FROM node:${engines.node.replace(">=", "")}-slim`);
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync("package.json", "utf8")));
  for (const [, name = ""] of text("Dockerfile").matchAll(/npm run (\w+)/g))
    expect(scripts).toHaveProperty(name);
  const copied = [...text("Dockerfile").matchAll(/^COPY (.*) \S+$/gm)].flatMap(([, names = ""]) =>
    names.split(" "),
  );
  for (const name of copied) expect(existsSync(name), name).toBe(true);
});

const places = (process.env.PATH ?? "").split(delimiter);
const lacks = (program: string) => {
  const isHere = places.some((place) => existsSync(join(place, program)));
  if (!isHere) process.stderr.write(`skipped, because this machine lacks ${program}\n`);
  return !isHere;
};

describe.skipIf(lacks("systemd-analyze"))("systemd", () => {
  test.each(units)("takes %s as it stands", (unit) => {
    const copy = mkdtempSync(join(tmpdir(), "belay-units-"));
    onTestFinished(() => rmSync(copy, { recursive: true }));
    // It looks whether the program is there, which is another one on each machine.
    writeFileSync(join(copy, unit), text(unit).replace("/usr/bin/npm", process.execPath));
    expect(runProgram("systemd-analyze", ["verify", join(copy, unit)])).toMatchObject({
      status: 0,
      said: "",
    });
    writeFileSync(join(copy, unit), text(unit).replace("Restart=always", "Restart=alwys"));
    expect(runProgram("systemd-analyze", ["verify", join(copy, unit)]).said).toContain("alwys");
  });
});

describe.skipIf(lacks("kubectl"))("kubectl", () => {
  test.each(deployments.map((_, n) => n))("knows every field of Deployment %i", (n) => {
    const one = kubernetes.filter((each) => deployment.safeParse(each).success)[n];
    const typed = (given: unknown) =>
      runProgram(
        "kubectl",
        ["set", "image", "--local", "-o", "json", "-f", "-", "belay=registry.example/other"],
        JSON.stringify(given),
      );
    const { status, output } = typed(one);
    expect(status).toBe(0);
    const expected = JSON.parse(
      JSON.stringify(one).replace("registry.example/belay", "registry.example/other"),
    );
    expect(JSON.parse(output)).toMatchObject(expected);
    // What it does not know it leaves out, so the comparison finds it.
    const misspelt = JSON.parse(JSON.stringify(one).replace("readinessProbe", "readynessProbe"));
    expect(typed(misspelt).output).not.toContain("readynessProbe");
  });
});

describe.skipIf(lacks("docker"))("docker", () => {
  test("finds nothing against the compose file in its schema", () => {
    const copy = mkdtempSync(join(tmpdir(), "belay-compose-"));
    onTestFinished(() => rmSync(copy, { recursive: true }));
    writeFileSync(join(copy, ".env"), "");
    writeFileSync(join(copy, "db-password"), "x");
    const given = parse(text("compose.yaml"));
    // The schema that comes with docker itself is from before these conditions; compose has its own.
    for (const one of Object.values<{ depends_on?: object }>(given.services)) {
      if (one.depends_on) one.depends_on = Object.keys(one.depends_on);
    }
    const check = (words: string) => {
      writeFileSync(join(copy, "compose.json"), words);
      return runProgram("docker", ["stack", "config", "-c", join(copy, "compose.json")]);
    };
    expect(check(JSON.stringify(given))).toMatchObject({ status: 0 });
    expect(check(JSON.stringify(given).replace("env_file", "env_fyle")).said).toContain("env_fyle");
  });
});
