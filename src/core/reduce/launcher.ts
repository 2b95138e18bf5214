/** Who launched a run, as the authorisation saw them: read from the first event, of whatever release it is. */
import { type Actor, channelOf } from "../actor.ts";
import type { EventOf } from "../event.ts";
import type { State } from "../state.ts";

/** Logs of the first release do not say what the launcher may be asked: there the principal's kind does. */
export function launcherOf({ launcher, from, trusted }: EventOf<"launched">): State["launcher"] {
  const { groups, guest, scopes, ...known } = launcher ?? { groups: [], guest: !trusted };
  const asked = known.asked ?? askedInFirstRelease[channelOf(from.principal)];
  return {
    ...{ groups, guest },
    ...(asked === undefined ? {} : { asked }),
    ...(scopes === undefined ? {} : { scopes }),
  };
}

const askedInFirstRelease: Readonly<Record<string, State["launcher"]["asked"]>> = {
  webhook: "nothing",
  schedule: "nothing",
  email: "words",
};

/** What a run does in the name of whoever launched it, it does with no more rights than they had. */
export function asLauncher({ from, launcher }: Pick<State, "from" | "launcher">): Actor {
  return { ...from, ...launcher, kind: "person" };
}
