/** The foot of the sidebar: the model, freezes that hold, who is here by name, links to the pages of the bot, theme, keys. */
import { useQuery } from "@tanstack/react-query";
import { getHealth, keys } from "../api/calls.ts";
import { Button } from "../parts/button.tsx";
import { clock } from "../parts/moment.ts";
import { useTheme } from "../parts/theme.ts";
import { Way } from "../parts/way.tsx";
import { useSession } from "../session/rights.ts";

const troubleWords = { degraded: "trouble", draining: "stopping", down: "down" } as const;

export function SidebarFoot({ onKeys }: { onKeys: () => void }) {
  const { data } = useQuery({ queryKey: keys.health, queryFn: getHealth, staleTime: 60_000 });
  const { theme, next } = useTheme();
  const session = useSession();
  return (
    <footer className="sidebar-foot">
      {data?.model?.startsWith("demo") && (
        <p className="muted">The demo model answers. Set OPENAI_API_KEY for a real one.</p>
      )}
      {data?.freezes?.map(({ name, until }) => (
        <p key={name}>
          Freeze: {name}, until {clock(until)}.
        </p>
      ))}
      {session?.how === "session" && session.scopes !== null && (
        <p className="muted">
          You are <Way href="/bot/sessions">{session.name}</Way>.
        </p>
      )}
      <nav aria-label="The bot">
        <Way href="/bot/health" className="button quiet">
          Bot
          {data && data.status !== "ok" && <span className="badge warns">{troubleWords[data.status]}</span>}
        </Way>
        <Button look="quiet" onPress={next} hint="Theme: system, light or dark">
          {theme === "system" ? "Theme" : theme === "light" ? "Light" : "Dark"}
        </Button>
        <span className="for-keyboards">
          <Button look="quiet" onPress={onKeys} hint="All keys">
            Keys
          </Button>
        </span>
      </nav>
    </footer>
  );
}
