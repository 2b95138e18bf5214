/** Jobs of graphile-worker as parts of our own statements: a wake-up is written with what makes it due. */

/** Names of tasks. A process takes only jobs of tasks that it has. */
export const taskNames = {
  run: "run",
  /** Not every process has every channel. */
  posts: (channel: string) => `posts:${channel}`,
  inbox: (source: string) => `inbox:${source}`,
};

/**
 * SQL for the row at hand, of which it takes `run_id`, `wake_at` (ms, not null) and `epoch`. Many wake-ups of one run are one
 * job; one that comes while the run is being worked on is a job of its own.
 */
export const addRunJob = `(graphile_worker.add_job('${taskNames.run}',
  json_build_object('runId', run_id, 'dueAt', wake_at, 'epoch', epoch), run_at => ${notBefore("wake_at")}, job_key => 'run:' || run_id)).id`;

/** SQL for the row at hand, of which it takes `run_id` and `channel`: posts of the run are due now. */
export const addPostsJob = `(graphile_worker.add_job('posts:' || channel,
  job_key => 'posts:' || channel || ':' || run_id)).id`;

/** SQL for the row at hand, of which it takes `id`, `channel` and `next_at` (ms): the post is due then. */
export const addRetryJob = `(graphile_worker.add_job('posts:' || channel,
  run_at => ${notBefore("next_at")}, job_key => 'post:' || id)).id`;

/** SQL for the row at hand, of which it takes `source`: a message has arrived. */
export const addInboxJob = `(graphile_worker.add_job('inbox:' || source)).id`;

/** What was due long ago is no more urgent than what is due now; the year 9999 is as good as any later one. */
function notBefore(ms: string): string {
  return `greatest(now(), to_timestamp(least(${ms}, 253402300799000) / 1000.0))`;
}
