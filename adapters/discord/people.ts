/** Discord's users as actors: ids decide, names are only shown. */
import type { Actor } from "../../src/core/actor.ts";

/** As much of a user object as this channel reads. */
export interface UserFacts {
  id: string;
  username: string;
  global_name?: string | null;
  bot?: boolean;
}

/** As much of a guild member as this channel reads. */
export interface MemberFacts {
  roles: readonly string[];
  nick?: string | null;
}

function principalOf(userId: string): string {
  return `discord:${userId}`;
}

/** `discord:<guild>/role:<role>`; the role with the guild's own id is everybody in it. */
function roleRule(guildId: string, roleId: string): string {
  return `discord:${guildId}/role:${roleId}`;
}

/** In a direct message there is no member and so there are no roles: rules on roles do not hold there. */
export function actorOf(user: UserFacts, member: MemberFacts | null, guildId: string | undefined): Actor {
  const roles = member && guildId !== undefined ? [guildId, ...member.roles] : [];
  return {
    principal: principalOf(user.id),
    name: member?.nick ?? user.global_name ?? user.username,
    groups: roles.map((role) => roleRule(guildId ?? "", role)),
    guest: false,
    kind: "person",
  };
}
