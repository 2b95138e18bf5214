/** What must be read once more, in line: channels, and people whose direct channel is to be opened. */

/** Of those that only have something new; what is known to wait for us is always taken. */
const mostNew = 200;

/** `hasFailed`: something there could not be taken; when it is tried again is for the line to say. */
interface Behind {
  guildId: string | undefined;
  hasFailed: boolean;
}

/** What is done with the first in line. Either may throw: then it is tried again when its turn comes. */
export interface Work {
  read(channelId: string, guildId: string | undefined): Promise<void>;
  open(person: string): Promise<void>;
}

export class BehindLine {
  readonly #channels = new Map<string, Behind>();
  /** Discord does not tell a bot of the direct channels that it has. */
  readonly #people = new Set<string>();
  #reading: string | null = null;

  get isEmpty(): boolean {
    return this.#channels.size === 0 && this.#people.size === 0;
  }

  add(channelId: string, { guildId, hasFailed = false }: Partial<Behind> = {}): void {
    this.#channels.set(channelId, { guildId, hasFailed: hasFailed || this.hasFailed(channelId) });
  }

  /** false: the line is full. */
  addIfRoom(channelId: string, guildId: string): boolean {
    if (this.#channels.has(channelId)) return true;
    if (this.#channels.size >= mostNew) return false;
    this.add(channelId, { guildId });
    return true;
  }

  addPerson(person: string): void {
    this.#people.add(person);
  }

  hasFailed(channelId: string): boolean {
    return this.#channels.get(channelId)?.hasFailed ?? false;
  }

  /** What Discord showed us of it may not be heard yet, and be deleted there meanwhile. */
  isReading(channelId: string): boolean {
    return this.#reading === channelId;
  }

  /** What fails goes to the end of the line: one channel that can't be read must not keep the others waiting. */
  async next(work: Work): Promise<void> {
    const [channel] = this.#channels;
    const [person] = this.#people;
    if (channel !== undefined) await this.#read(channel, work);
    else if (person !== undefined) await this.#open(person, work);
  }

  async #read([channelId, begun]: [string, Behind], work: Work): Promise<void> {
    const { guildId } = begun;
    this.#reading = channelId;
    try {
      await work.read(channelId, guildId);
      // Who came in line meanwhile may have something that was not there when it was read.
      if (this.#channels.get(channelId) === begun) this.#channels.delete(channelId);
    } catch (error) {
      this.#channels.delete(channelId);
      this.#channels.set(channelId, { guildId, hasFailed: true });
      throw error;
    } finally {
      this.#reading = null;
    }
  }

  async #open(person: string, work: Work): Promise<void> {
    try {
      await work.open(person);
      this.#people.delete(person);
    } catch (error) {
      this.#people.delete(person);
      this.#people.add(person);
      throw error;
    }
  }
}
