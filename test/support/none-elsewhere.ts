/** No other process has any tool. */
import type { ToolsElsewhere } from "../../src/engine/tools-elsewhere.ts";

export const noneElsewhere: Pick<ToolsElsewhere, "of" | "all"> = {
  of: async () => ({}),
  all: async () => ({}),
};
