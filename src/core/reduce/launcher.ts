/** Who launched a run, as the authorisation saw them: read from the first event, of whatever release it is. */
import { channelOf } from "../actor.ts";
import type { EventOf } from "../event.ts";
import type { State } from "../state.ts";

/** Logs of the first release do not say what the launcher may be asked: there the principal's kind does. */
export function launcherOf({ launcher, from, trusted }: EventOf<"launched">): State["launcher"] {
  const known = launcher ?? { groups: [], guest: !trusted };
  const asked = known.asked ?? askedInFirstRelease[channelOf(from.principal)];
  return asked === undefined ? { groups: known.groups, guest: known.guest } : { ...known, asked };
}

const askedInFirstRelease: Readonly<Record<string, State["launcher"]["asked"]>> = {
  webhook: "nothing",
  schedule: "nothing",
  email: "words",
};
