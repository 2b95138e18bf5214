/** ansible-playbook, as it can stand in belay.config.ts: the approver sees what `--check --diff` says. */
import { z } from "zod";
import { command } from "../../../adapters/command/tools.ts";
import { name } from "../../../adapters/command/values.ts";
import type { Tool } from "../../../src/tools/contract.ts";

/** `folder`: with the inventory and the playbooks, absolute. `playbooks`: those that may be run. */
export function ansibleTools(place: {
  dataDir: string;
  folder: string;
  playbooks: [string, ...string[]];
}): Tool[] {
  const argv = ["ansible-playbook", "--inventory=inventory", "--limit={host}", "{playbook}"];
  return [
    command({
      name: "ansible_run",
      description: "Run a playbook on one host or group.",
      effect: "once",
      input: z.object({ playbook: z.enum(place.playbooks), host: name }),
      argv,
      preview: [...argv, "--check", "--diff"],
      cwd: place.folder,
      env: { ANSIBLE_NOCOLOR: "1", ANSIBLE_HOST_KEY_CHECKING: "True" },
      timeoutMs: 3_600_000,
      dataDir: place.dataDir,
    }),
  ];
}
