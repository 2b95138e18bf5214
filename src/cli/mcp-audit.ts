/** Notes in the audit trail what is accepted on the command line, where the database can be opened beside it. */
import { existsSync } from "node:fs";
import { openStore, systemClock } from "../assemble.ts";
import type { Store } from "../core/ports/store.ts";
import { thrown } from "../core/text/thrown.ts";
import { acceptanceVerbs } from "../core/text/tool-acceptance.ts";

/** Who sits at this machine, in the words of the audit trail. */
const by = { principal: "console:local", decision: "allowed", rule: "npm run mcp" } as const;

export interface AcceptanceAudit {
  /** `what` changes of this server. Never rejects: why it can't be noted is told at the end. */
  note(server: string, what: string, isWritten: boolean): Promise<void>;
  /** Closes the database. What the person has to know of the notes; null: all of them were written. */
  end(): Promise<string | null>;
}

/** Opens the database with the first note. A file that is not there is not made: that is for the start to do. */
export function acceptanceAudit(databaseUrl: string): AcceptanceAudit {
  let store: Store | null = null;
  let trouble: string | null = null;
  const open = async (): Promise<Store> => {
    if (!/^postgres(ql)?:/.test(databaseUrl) && !existsSync(databaseUrl))
      throw new Error("there is no database yet");
    return openStore({ databaseUrl }, systemClock, () => {});
  };
  return {
    async note(server, what, isWritten) {
      const verb = isWritten ? acceptanceVerbs.accepted : acceptanceVerbs.failed;
      try {
        store ??= await open();
        await store.audit({ ...by, at: systemClock.now(), action: `${verb} ${server}`, resource: what });
      } catch (error) {
        trouble = error instanceof Error ? error.message : thrown(error);
      }
    },
    async end() {
      await store?.close();
      return trouble === null
        ? null
        : `Not noted in the audit trail: ${trouble}. While the bot runs, the console's page Tool servers accepts with a note.`;
    },
  };
}
