/** Who is logged in to the console, and the way to end it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Session } from "../../http/wire/server.ts";
import { getSessions, keys, logout, revokeSession } from "../api/calls.ts";
import { Button, ConfirmButton } from "../parts/button.tsx";
import { forgetDrafts } from "../parts/draft.ts";
import { ErrorNote } from "../parts/notice.tsx";
import { Age, Moment } from "../parts/time.tsx";
import { isAdmin, useSession } from "../session/rights.ts";
import { Loaded } from "./loaded.tsx";
import { Table } from "./table.tsx";

export function SessionsPage() {
  const session = useSession();
  if (session === null) return null;
  return (
    <>
      <Yours session={session} />
      {isAdmin(session) && <All />}
    </>
  );
}

function Yours({ session: { how, name, expires_at: until } }: { session: Session }) {
  const client = useQueryClient();
  const leave = useMutation({
    mutationFn: logout,
    onSuccess: () => {
      forgetDrafts();
      client.setQueryData(keys.session, null);
    },
  });
  return (
    <>
      <div className="buttons">
        <p>
          You are {name}
          {until !== null && (
            <>
              , until <Moment at={until} />
            </>
          )}
          .{how === "none" && " Login is off."}
        </p>
        {how === "session" && (
          <Button pending={leave.isPending} onPress={() => leave.mutate()}>
            Log out
          </Button>
        )}
      </div>
      <ErrorNote error={leave.error} />
    </>
  );
}

function All() {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: revokeSession,
    onSuccess: () => client.invalidateQueries({ queryKey: ["sessions"] }),
  });
  return (
    <Loaded name="sessions" load={getSessions}>
      {({ sessions }) =>
        sessions.length > 0 && (
          <>
            <h2>Everybody</h2>
            <Table
              head={["Session", "Who", "Since", "Until", ""]}
              rows={sessions.map((session) => [
                <code key="id">{session.id}</code>,
                session.name,
                <Age key="since" at={session.created_at} ago />,
                <Moment key="until" at={session.expires_at} />,
                session.current ? (
                  <span key="end" className="tag">
                    this one
                  </span>
                ) : (
                  <ConfirmButton
                    key="end"
                    question="End it?"
                    pending={revoke.isPending && revoke.variables === session.id}
                    onPress={() => revoke.mutate(session.id)}
                  >
                    End
                  </ConfirmButton>
                ),
              ])}
            />
            <ErrorNote error={revoke.error} />
          </>
        )
      }
    </Loaded>
  );
}
