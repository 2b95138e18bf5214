/**
 * The sets of docs/examples/tools with the real programs, where the machine has them: each takes its command lines as
 * they stand. kubectl speaks to a small API of the test's own, ansible acts on this machine; the daemon of docker and
 * the manager of systemctl are not there, and that is what they must say.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { environmentOf } from "../../../adapters/command/environment.ts";
import { command } from "../../../adapters/command/tools.ts";
import { ansibleTools } from "../../../docs/examples/tools/ansible.ts";
import { dockerTools } from "../../../docs/examples/tools/docker.ts";
import { kubectlTools } from "../../../docs/examples/tools/kubectl.ts";
import { systemctlTools } from "../../../docs/examples/tools/systemctl.ts";
import { startCluster } from "../../support/kubernetes/server.ts";
import { contextOf, folder, toolboxOf } from "./bench.ts";

vi.setConfig({ testTimeout: 300_000 });

/** Where declared commands are looked for. */
const places = (environmentOf({}).PATH ?? "").split(delimiter);

const programs = ["kubectl", "docker", "systemctl", "journalctl", "ansible-playbook"] as const;
const missing = programs.filter((program) => !places.some((place) => existsSync(join(place, program))));
for (const program of missing) process.stderr.write(`skipped, because this machine lacks ${program}\n`);
const lacks = (program: (typeof programs)[number]) => missing.includes(program);

type Toolbox = ReturnType<typeof toolboxOf>;

/** What it says when it has ended, well or not. */
async function ran(toolbox: Toolbox, name: string, input: object): Promise<string> {
  expect(toolbox.check(name, JSON.stringify(input)).error).toBeUndefined();
  const context = contextOf(`r1:${name}`);
  let state: { type: string; output?: string; message?: string } = await toolbox.run(name, input, context);
  if (state.type === "begun" && "handle" in state) {
    const { handle } = state;
    do {
      await wait(50);
      state = await toolbox.poll(name, input, handle, context);
    } while (state.type === "running" || state.type === "unknown");
  }
  return `${state.type}: ${state.output ?? state.message ?? ""}`;
}

/** What it shows before, or why it can't. */
function shown(toolbox: Toolbox, name: string, input: object): Promise<string> {
  return toolbox.preview(name, input, contextOf()).then(String, (error: unknown) => String(error));
}

/** What these programs say of an option that they do not know. */
const unknownOption = /unknown (?:shorthand )?flag|unrecognized (?:option|arguments)|invalid option/i;

for (const program of ["kubectl", "docker", "systemctl", "journalctl"] as const) {
  test.skipIf(lacks(program))(`${program} says so of an option that it does not know`, async () => {
    const argv: [string, ...string[]] = [
      program,
      ...(program === "docker" ? ["ps"] : []),
      "--no-such-option",
    ];
    const wrong = command({ name: "wrong", description: "x", effect: "read", input: z.object({}), argv });
    expect(await ran(toolboxOf(wrong), "wrong", {})).toMatch(unknownOption);
  });
}

describe.skipIf(lacks("kubectl"))("kubectl", () => {
  async function cluster() {
    const home = folder();
    const world = await startCluster(join(home, "kubeconfig"));
    onTestFinished(() => world.stop());
    const env = { KUBECONFIG: world.kubeconfig, HOME: home };
    return { world, toolbox: toolboxOf(...kubectlTools({ dataDir: folder(), context: "prod", env })) };
  }
  const target = { namespace: "shop", deployment: "checkout" };

  test.each([
    ["k8s_rollout_status", target, 'finished: deployment "checkout" successfully rolled out'],
    ["k8s_get", { kind: "pods", namespace: "shop", selector: "app=checkout" }, "checkout-7d9f"],
    ["k8s_describe", { kind: "deployment", namespace: "shop", object: "checkout" }, "Replicas:"],
    [
      "k8s_logs",
      { kind: "deployment", namespace: "shop", object: "checkout", lines: 5, previous: false },
      "finished: a line of the log",
    ],
  ])("looks: %s", async (name, input, words) => {
    const { world, toolbox } = await cluster();
    expect(await ran(toolbox, name, input)).toContain(words);
    expect(world.changes).toEqual([]);
  });

  test.each([
    ["k8s_rollout_restart", target, "checkout", "restarted"],
    ["k8s_rollout_undo", target, "rolled back (server dry run)", "rolled back"],
    ["k8s_scale", { ...target, replicas: 3, current: 2 }, "scaled (server dry run)", "scaled"],
  ])("acts once, and its preview changes nothing: %s", async (name, input, preview, words) => {
    const { world, toolbox } = await cluster();
    expect(await shown(toolbox, name, input)).toContain(preview);
    expect(world.changes.filter(({ dryRun }) => !dryRun)).toEqual([]);
    expect(await ran(toolbox, name, input)).toBe(`finished: deployment.apps/checkout ${words}`);
    expect(world.changes.filter(({ dryRun }) => !dryRun)).toHaveLength(1);
  });

  test("scales only what is as it was when it was looked at", async () => {
    const { world, toolbox } = await cluster();
    expect(await ran(toolbox, "k8s_scale", { ...target, replicas: 3, current: 5 })).toMatch(
      /^failed: .*replicas/s,
    );
    expect(world.changes).toEqual([]);
  });
});

test.skipIf(lacks("docker")).each([
  ["docker_ps", {}],
  ["docker_logs", { container: "web", lines: 5 }],
  ["docker_restart", { container: "web" }],
])("docker takes what it is called with, and misses only its daemon: %s", async (name, input) => {
  const toolbox = toolboxOf(...dockerTools({ dataDir: folder(), host: "tcp://127.0.0.1:9" }));
  const acts = toolbox.specs[name]?.approval !== null;
  const words = [await ran(toolbox, name, input), ...(acts ? [await shown(toolbox, name, input)] : [])];
  for (const one of words) expect(one).toMatch(/Cannot connect to the Docker daemon|connection refused/);
});

test.skipIf(lacks("systemctl") || lacks("journalctl")).each([
  ["unit_active", {}],
  ["unit_status", {}],
  ["unit_log", { lines: 5 }],
  ["unit_restart", {}],
])("systemctl and journalctl take what they are called with: %s", async (name, more) => {
  // Of no machine: where systemd runs, it is told as missing.
  const unit = "belay-no-such.service";
  const toolbox = toolboxOf(...systemctlTools({ dataDir: folder(), units: [unit] }));
  const acts = toolbox.specs[name]?.approval !== null;
  const input = { unit, ...more };
  const words = [await ran(toolbox, name, input), ...(acts ? [await shown(toolbox, name, input)] : [])];
  for (const one of words) {
    expect(one).not.toMatch(unknownOption);
    expect(one).toMatch(
      /not been booted with systemd|inactive|not be found|not found|No journal files|No entries/,
    );
  }
});

test.skipIf(lacks("ansible-playbook"))(
  "ansible shows what would change, changes nothing before, and then does",
  async () => {
    const place = folder();
    const file = join(place, "motd");
    mkdirSync(join(place, "out"));
    writeFileSync(
      join(place, "inventory"),
      "shop ansible_connection=local ansible_python_interpreter=auto_silent\n",
    );
    const copy = `    - ansible.builtin.copy: { content: "restarted\\n", dest: "${file}" }`;
    writeFileSync(join(place, "restart.yml"), `- hosts: all\n  gather_facts: false\n  tasks:\n${copy}\n`);
    const toolbox = toolboxOf(
      ...ansibleTools({ dataDir: folder(), folder: place, playbooks: ["restart.yml"] }),
    );
    const input = { playbook: "restart.yml", host: "shop" };
    expect(await shown(toolbox, "ansible_run", input)).toMatch(/\+restarted[\s\S]*changed=1/);
    expect(existsSync(file)).toBe(false);
    expect(await ran(toolbox, "ansible_run", input)).toMatch(/^finished: [\s\S]*changed=1/);
    expect(readFileSync(file, "utf8")).toBe("restarted\n");
  },
);
