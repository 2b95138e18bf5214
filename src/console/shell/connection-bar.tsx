/** Says at once when the page no longer hears the server; what stands below is what was known then. */
import { useConnection } from "../api/connection.ts";
import { clockSeconds } from "../parts/moment.ts";

export function ConnectionBar() {
  const connection = useConnection();
  const lost = connection.at === "lost";
  return (
    <div className="connection" role="status" data-lost={lost}>
      {lost &&
        `Connection lost at ${clockSeconds(connection.since)}. This is what was known then; trying again.`}
    </div>
  );
}
