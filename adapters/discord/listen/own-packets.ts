/**
 * Which of the gateway's packets discord.js may see: those that its connection needs; and what it throws over them.
 */
import { type GatewayDispatchPayload, SimpleShardingStrategy } from "discord.js";

/** That of the socket package; discord.js has another of the same name. */
type SocketManager = ConstructorParameters<typeof SimpleShardingStrategy>[0];

/** What discord.js itself must see to keep its connection. */
const ownPackets = new Set<string>(["READY", "RESUMED", "GUILD_CREATE", "GUILD_DELETE"]);

/**
 * Everything else is ours alone. discord.js would build its structures from it, and throws out of the process
 * when a field is not as it expects; it reads the packet after this event, and skips one without a type.
 */
export function withholdUnlessOwn(packet: GatewayDispatchPayload): void {
  if (ownPackets.has(packet.t)) return;
  Object.assign(packet, { t: "", d: null });
}

/**
 * discord.js reads packets in listeners of its socket manager, which emits without a catch: what they throw over a
 * packet that is not as documented would end the process. `tell` gets the error and the kind of the event.
 */
export function guardedStrategy(
  tell: (error: unknown, kind: string) => void,
): (manager: SocketManager) => SimpleShardingStrategy {
  return (manager) => {
    const emit = manager.emit.bind(manager);
    Object.assign(manager, {
      emit(...heard: Parameters<typeof emit>) {
        try {
          return emit(...heard);
        } catch (error) {
          tell(error, String(heard[0]));
          return true;
        }
      },
    });
    return new SimpleShardingStrategy(manager);
  };
}
