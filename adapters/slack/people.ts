/**
 * Who a Slack user is to the authorisation: name, guest or not, user groups. Looked up, remembered shortly; not
 * known is never told as no.
 */

import type { webApi } from "@slack/bolt";
import type { Actor } from "../../src/core/actor.ts";
import type { Clock } from "../../src/core/ports/clock.ts";
import { oneLine, wholeCharacters } from "../../src/core/text/brief.ts";
import { thrown } from "../../src/core/text/thrown.ts";
import { slackCode } from "./errors.ts";
import type { Log } from "./options.ts";
import { within } from "./time-limit.ts";

interface Profile {
  name: string;
  guest: boolean;
}

const groupsMs = 60_000;
const profileMs = 60_000;
const lookUpMs = 1000;
/** For the names of all who are mentioned in one message and its thread, ms. */
const namesMs = 800;
const mostNames = 40;
const longestName = 80;
/** Codes by which Slack says that it shows us nobody of that id. */
const unknownUser = new Set(["user_not_found", "user_not_visible"]);
const mostProfiles = 5000;

const mention = /<@([UW][A-Z0-9]+)>/g;
const group = /<!subteam\^([A-Z0-9]+)>/g;

/** One for each start of the channel. Nobody whom Slack tells nothing of is more than a guest. */
export class People {
  readonly #client: webApi.WebClient;
  readonly #team: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #names = new Map<string, string>();
  readonly #profiles = new Map<string, { at: number; profile: Promise<Profile | null> }>();
  #groups: { at: number; byUser: Promise<ReadonlyMap<string, string[]> | null> } | null = null;

  constructor(client: webApi.WebClient, team: string, clock: Clock, log: Log) {
    this.#client = client;
    this.#team = team;
    this.#clock = clock;
    this.#log = log;
  }

  /** The same person with groups, name and guest as Slack knows them now; null: Slack did not say in time. */
  async identify(actor: Actor, ms = lookUpMs): Promise<Actor | null> {
    const user = actor.principal.slice(actor.principal.lastIndexOf("/") + 1);
    // Groups belong to the workspace; people of other workspaces have none here.
    const [profile, listed] = await Promise.all([
      within(ms, this.#profileOf(user), null),
      actor.guest ? [] : within(ms, this.#groupsOf(user), null),
    ]);
    // Not known is not no; who is of another workspace is a guest whatever Slack says of them.
    if (!actor.guest && (profile === null || listed === null)) return null;
    const guest = actor.guest || profile === null || profile.guest;
    const name = profile?.name ?? actor.name;
    this.#names.set(actor.principal, name);
    return { ...actor, name, guest, groups: guest ? [] : (listed ?? []) };
  }

  /** Names by principal and group rule, as far as they have been seen. */
  names(): ReadonlyMap<string, string> {
    return this.#names;
  }

  /**
   * The texts with people and groups by name instead of by id: `@dana`, which notifies nobody. Whom Slack does not name
   * in time stays an id.
   */
  async named(texts: readonly string[]): Promise<string[]> {
    const ids = new Set(texts.flatMap((text) => [...text.matchAll(mention)].map((found) => found[1] ?? "")));
    const known = new Map<string, string>();
    const lookUp = async (user: string) => {
      const profile = await this.#profileOf(user);
      if (profile !== null) known.set(user, wholeCharacters(oneLine(profile.name).slice(0, longestName)));
    };
    await within(namesMs, Promise.all([...ids].slice(0, mostNames).map(lookUp)), []);
    const named = (id: string, name: string | undefined) => (name === undefined ? id : `@${name}`);
    return texts.map((text) =>
      text
        .replace(mention, (whole, user: string) => named(whole, known.get(user)))
        .replace(group, (whole, id: string) => named(whole, this.#handleOf(id))),
    );
  }

  #handleOf(group: string): string | undefined {
    return this.#names.get(`slack:${this.#team}/group:${group}`)?.replace(/^@/, "");
  }

  async #groupsOf(user: string): Promise<string[] | null> {
    const now = this.#clock.steady();
    if (this.#groups === null || now - this.#groups.at > groupsMs) {
      this.#groups = { at: now, byUser: this.#loadGroups() };
    }
    const asked = this.#groups;
    const byUser = await asked.byUser;
    // A failure is not remembered: the next word may find Slack well again.
    if (byUser === null && this.#groups === asked) this.#groups = null;
    return byUser === null ? null : (byUser.get(user) ?? []);
  }

  /** One call for all groups: Slack has no "groups of this user". */
  async #loadGroups(): Promise<ReadonlyMap<string, string[]> | null> {
    const byUser = new Map<string, string[]>();
    try {
      const listed = await this.#client.usergroups.list({ include_users: true });
      for (const group of listed.usergroups ?? []) {
        if (!group.id) continue;
        const rule = `slack:${this.#team}/group:${group.id}`;
        this.#names.set(rule, `@${group.handle ?? group.name ?? group.id}`);
        for (const user of group.users ?? []) byUser.set(user, [...(byUser.get(user) ?? []), rule]);
      }
    } catch (error) {
      const fields = { channel: "slack", err: slackCode(error) ?? thrown(error) };
      this.#log.warn(fields, "slack user groups not known");
      if (!isAnswer(error)) return null;
    }
    return byUser;
  }

  #profileOf(user: string): Promise<Profile | null> {
    const now = this.#clock.steady();
    const known = this.#profiles.get(user);
    if (known && now - known.at <= profileMs) return known.profile;
    if (this.#profiles.size >= mostProfiles) this.#profiles.clear();
    const profile = this.#loadProfile(user);
    this.#profiles.set(user, { at: now, profile });
    // A failure is not remembered: the next word may find Slack well again.
    void profile.then((found) => found === null && this.#profiles.delete(user));
    return profile;
  }

  async #loadProfile(user: string): Promise<Profile | null> {
    try {
      const { user: found } = await this.#client.users.info({ user });
      return found ? profileIn(found, user, this.#team) : null;
    } catch (error) {
      this.#log.warn({ channel: "slack", err: slackCode(error) ?? thrown(error) }, "slack user not known");
      const isKnown = unknownUser.has(slackCode(error) ?? "") || isAnswer(error);
      return isKnown ? { name: user, guest: true } : null;
    }
  }
}

/** A refusal that asking again does not change: a bot without the scope knows of no groups and no members. */
function isAnswer(error: unknown): boolean {
  return ["missing_scope", "plan_upgrade_required", "not_allowed_token_type"].includes(
    slackCode(error) ?? "",
  );
}

type Found = NonNullable<Awaited<ReturnType<webApi.WebClient["users"]["info"]>>["user"]>;

function profileIn(found: Found, user: string, team: string): Profile {
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
}
