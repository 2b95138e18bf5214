/** systemctl and journalctl, as they can stand in belay.config.ts. Restarting needs a polkit rule for the bot's user. */
import { z } from "zod";
import { command } from "../../../adapters/command/tools.ts";
import type { Tool } from "../../../src/tools/contract.ts";

/** `units`: those that may be touched at all, such as `["checkout.service"]`. */
export function systemctlTools({ dataDir, units }: { dataDir: string; units: [string, ...string[]] }): Tool[] {
  const input = z.object({ unit: z.enum(units) });
  // Without a terminal it would wait for a password that nobody types.
  const systemctl = ["systemctl", "--no-ask-password", "--no-pager"];
  const active = command({
    name: "unit_active",
    description: "Whether a unit runs.",
    effect: "read",
    input,
    argv: [...systemctl, "is-active", "{unit}"],
    // 3: it does not run. That is an answer.
    okExits: [0, 3],
    untrusted: false,
  });
  return [
    active,
    command({
      name: "unit_status",
      description: "How a unit is, with its last lines of log.",
      effect: "read",
      input,
      argv: [...systemctl, "status", "--lines=50", "{unit}"],
      okExits: [0, 3],
    }),
    command({
      name: "unit_log",
      description: "The last lines of a unit's log.",
      effect: "read",
      input: input.extend({ lines: z.int().min(1).max(2_000) }),
      argv: ["journalctl", "--no-pager", "--unit={unit}", "--lines={lines}"],
    }),
    command({
      name: "unit_restart",
      description: "Restart a unit of this machine.",
      effect: "once",
      input,
      argv: [...systemctl, "restart", "{unit}"],
      preview: [...systemctl, "show", "--property=ActiveState,SubState,MainPID", "{unit}"],
      verify: {
        check: async ({ unit }, _, context) => {
          const words = String(await active.run({ unit }, context));
          return { verdict: words === "active" ? "better" : "not_yet", words };
        },
        withinMs: 60_000,
      },
      dataDir,
    }),
  ];
}
