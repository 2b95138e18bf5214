/** A restart that needs approval, and a model that asks for it and then says that it is done. */
import { z } from "zod";
import { defineTool } from "../../../src/tools/define-tool.ts";
import { call, calling, finalAnswer, scripted } from "../model/scripted.ts";

/** `restarted`: the services that were, in their order. */
export function restarting() {
  const restarted: string[] = [];
  const tool = defineTool({
    name: "restart_service",
    description: "Restart a service.",
    input: z.object({ service: z.string() }),
    effect: "once",
    requiresApproval: true,
    run: ({ service }) => {
      restarted.push(service);
      return "restarted";
    },
  });
  const model = scripted(
    calling(call("restart_service", { service: "payments" })),
    finalAnswer("Restarted."),
  );
  return { restarted, tool, model };
}
