/** Who a Slack user is to the authorisation: name, guest or not, user groups. Looked up, remembered shortly, closed on failure. */
import type { webApi } from "@slack/bolt";
import type { Actor } from "../../src/core/actor.ts";
import type { Clock } from "../../src/core/ports/clock.ts";
import { slackCode } from "./errors.ts";
import type { Log } from "./options.ts";
import { within } from "./time-limit.ts";

export interface People {
  /** The same person with groups, name and guest as Slack knows them now. */
  identify(actor: Actor): Promise<Actor>;
  /** Names by principal and group rule, as far as they have been seen. */
  names(): ReadonlyMap<string, string>;
}

interface Profile {
  name: string;
  guest: boolean;
}

const groupsMs = 60_000;
const profileMs = 60_000;
const lookUpMs = 1000;
const mostProfiles = 5000;

export function people(client: webApi.WebClient, team: string, clock: Clock, log: Log): People {
  const names = new Map<string, string>();
  const profiles = new Map<string, { at: number; profile: Promise<Profile | null> }>();
  let groups: { at: number; byUser: Promise<ReadonlyMap<string, string[]>> } | null = null;

  /** One call for all groups: Slack has no "groups of this user". */
  const loadGroups = async (): Promise<ReadonlyMap<string, string[]>> => {
    const byUser = new Map<string, string[]>();
    try {
      const listed = await client.usergroups.list({ include_users: true });
      for (const group of listed.usergroups ?? []) {
        if (!group.id) continue;
        const rule = `slack:${team}/group:${group.id}`;
        names.set(rule, `@${group.handle ?? group.name ?? group.id}`);
        for (const user of group.users ?? []) byUser.set(user, [...(byUser.get(user) ?? []), rule]);
      }
    } catch (error) {
      log.warn({ channel: "slack", err: slackCode(error) ?? String(error) }, "slack user groups not known");
    }
    return byUser;
  };

  const groupsOf = async (user: string): Promise<string[]> => {
    const now = clock.now();
    if (groups === null || now - groups.at > groupsMs) groups = { at: now, byUser: loadGroups() };
    return (await groups.byUser).get(user) ?? [];
  };

  const loadProfile = async (user: string): Promise<Profile | null> => {
    try {
      const { user: found } = await client.users.info({ user });
      if (!found) return null;
      const isMember = found.team_id === undefined || found.team_id === team;
      // On Enterprise Grid a member's home may be another workspace of the same organisation.
      const isColleague = found.enterprise_user?.teams?.includes(team) === true;
      const stranger = found.is_stranger === true || !(isMember || isColleague);
      return {
        name: found.profile?.display_name || found.profile?.real_name || found.name || user,
        guest:
          stranger ||
          found.is_restricted === true ||
          found.is_ultra_restricted === true ||
          found.deleted === true ||
          found.is_bot === true,
      };
    } catch (error) {
      log.warn({ channel: "slack", err: slackCode(error) ?? String(error) }, "slack user not known");
      return null;
    }
  };

  const profileOf = (user: string): Promise<Profile | null> => {
    const now = clock.now();
    const known = profiles.get(user);
    if (known && now - known.at <= profileMs) return known.profile;
    if (profiles.size >= mostProfiles) profiles.clear();
    const profile = loadProfile(user);
    profiles.set(user, { at: now, profile });
    // A failure is not remembered: the next word may find Slack well again.
    void profile.then((found) => found === null && profiles.delete(user));
    return profile;
  };

  return {
    async identify(actor) {
      const user = actor.principal.slice(actor.principal.lastIndexOf("/") + 1);
      // Groups belong to the workspace; people of other workspaces have none here.
      const [profile, listed] = await Promise.all([
        within(lookUpMs, profileOf(user), null),
        actor.guest ? [] : within(lookUpMs, groupsOf(user), []),
      ]);
      const guest = actor.guest || profile === null || profile.guest;
      const name = profile?.name ?? actor.name;
      names.set(actor.principal, name);
      return { ...actor, name, guest, groups: guest ? [] : listed };
    },
    names: () => names,
  };
}
