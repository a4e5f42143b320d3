/** Two hosts under test, and what their tests ask of them. */
import type { PeerId, Stream } from '@libp2p/interface';
import assert from 'node:assert/strict';
import type { Host } from '../../src/host/host.ts';

export interface HostPair {
  /** Made, not started, able to reach each other, and listening where nothing else does. */
  hosts: readonly [Host, Host];
  /** Does `work` in the name of a host and lets time pass until it has settled. On real time: `work()`. */
  act<T>(host: 0 | 1, work: () => Promise<T>): Promise<T>;
  /** Lets time pass until `look` is true. @throws {Error} naming `what` after a deadline. */
  eventually(what: string, look: () => boolean): Promise<void>;
  /** Leaves nothing running, whatever state the hosts are in. */
  cleanup(): Promise<void>;
}

/** What the tests open streams of. */
export const PROTOCOL = '/compliance/1';

export class HostsUnderTest {
  readonly #createPair: () => Promise<HostPair>;
  pair!: HostPair;

  constructor(createPair: () => Promise<HostPair>) {
    this.#createPair = createPair;
  }

  async create(): Promise<void> {
    this.pair = await this.#createPair();
  }

  get a(): Host {
    return this.pair.hosts[0];
  }

  get b(): Host {
    return this.pair.hosts[1];
  }

  readonly start = async (): Promise<void> => {
    await this.pair.act(0, () => this.a.start());
    await this.pair.act(1, () => this.b.start());
  };
  readonly dial = async (): Promise<PeerId> => {
    const dialled = await this.pair.act(0, () => this.a.dial(this.b.addresses()[0]!));
    await this.pair.eventually(
      'the connection at both ends',
      () => isConnected(this.a, this.b) && isConnected(this.b, this.a),
    );
    return dialled;
  };
  readonly connect = async (): Promise<void> => {
    await this.start();
    await this.dial();
  };
  /** A stream from a to b, and b's end of it. */
  readonly open = async (): Promise<{ near: Stream; far: Stream; farSays: PeerId }> => {
    const accepted: { stream: Stream; remotePeer: PeerId }[] = [];
    await this.pair.act(1, () =>
      this.b.handle(PROTOCOL, (stream, remotePeer) => void accepted.push({ stream, remotePeer })),
    );
    const near = await this.pair.act(0, () => this.a.openStream(this.b.peerId, PROTOCOL));
    await this.pair.eventually('the stream at the other end', () => accepted.length === 1);
    return { near, far: accepted[0]!.stream, farSays: accepted[0]!.remotePeer };
  };
  readonly send = async (host: 0 | 1, stream: Stream, data: Uint8Array): Promise<void> =>
    this.pair.act(host, async () => void stream.send(data));
  readonly cannotOpen = async (protocol: string): Promise<void> =>
    assert.rejects(this.pair.act(0, () => this.a.openStream(this.b.peerId, protocol)));
}

export function isConnected(host: Host, peer: Host): boolean {
  return host.connections().some(({ peerId }) => peerId.equals(peer.peerId));
}
