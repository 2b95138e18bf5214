/** Who is logged in to the console, and the way to end it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getSessions, keys, logout, revokeSession } from "../api/calls.ts";
import { Button, ConfirmButton } from "../parts/button.tsx";
import { forgetDrafts } from "../parts/draft.ts";
import { Empty, ErrorNote } from "../parts/notice.tsx";
import { Age, Moment } from "../parts/time.tsx";
import { Loaded } from "./loaded.tsx";
import { Table } from "./table.tsx";

export function SessionsPage() {
  const client = useQueryClient();
  const leave = useMutation({
    mutationFn: logout,
    onSuccess: () => {
      forgetDrafts();
      client.setQueryData(keys.session, null);
    },
  });
  const revoke = useMutation({
    mutationFn: revokeSession,
    onSuccess: () => client.invalidateQueries({ queryKey: ["sessions"] }),
  });
  return (
    <Loaded name="sessions" load={getSessions}>
      {({ sessions }) => (
        <>
          {sessions.length === 0 ? (
            <Empty title="Nobody is logged in with a code: login is off, or a token is used." />
          ) : (
            <Table
              head={["Session", "Since", "Until", ""]}
              rows={sessions.map((session) => [
                <span key="id">
                  <code>{session.id}</code> {session.current && <span className="tag">this one</span>}
                </span>,
                <Age key="since" at={session.created_at} ago />,
                <Moment key="until" at={session.expires_at} />,
                session.current ? (
                  <Button key="end" pending={leave.isPending} onPress={() => leave.mutate()}>
                    Log out
                  </Button>
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
          )}
          <ErrorNote error={leave.error ?? revoke.error} />
        </>
      )}
    </Loaded>
  );
}
