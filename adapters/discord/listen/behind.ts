/** What must be read once more, in line: channels, and people whose direct channel is to be opened. */

const maxChannels = 200;

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

  get isEmpty(): boolean {
    return this.#channels.size === 0 && this.#people.size === 0;
  }

  /** Nothing where the line is full. */
  add(channelId: string, { guildId, hasFailed = false }: Partial<Behind> = {}): void {
    if (this.#channels.size < maxChannels) this.#channels.set(channelId, { guildId, hasFailed });
  }

  addPerson(person: string): void {
    this.#people.add(person);
  }

  hasFailed(channelId: string): boolean {
    return this.#channels.get(channelId)?.hasFailed ?? false;
  }

  /** What fails goes to the end of the line: one channel that can't be read must not keep the others waiting. */
  async next(work: Work): Promise<void> {
    const [channel] = this.#channels;
    const [person] = this.#people;
    if (channel !== undefined) await this.#read(channel, work);
    else if (person !== undefined) await this.#open(person, work);
  }

  async #read([channelId, { guildId }]: [string, Behind], work: Work): Promise<void> {
    try {
      await work.read(channelId, guildId);
      this.#channels.delete(channelId);
    } catch (error) {
      this.#channels.delete(channelId);
      this.#channels.set(channelId, { guildId, hasFailed: true });
      throw error;
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
