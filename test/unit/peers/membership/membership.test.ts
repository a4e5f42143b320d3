import { generateKeyPair } from '@libp2p/crypto/keys';
import type { PeerId } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import assert from 'node:assert/strict';
import {
  DialRefusedError,
  type Host,
  type HostConnection,
  type StreamHandler,
} from '../../../../src/host/host.ts';
import { Membership } from '../../../../src/peers/membership/membership.ts';
import type { Message } from '../../../../src/peers/membership/actions.ts';
import { encodeMessage } from '../../../../src/peers/membership/messages.ts';
import { defaultMembershipOptions } from '../../../../src/peers/membership/options.ts';
import { noTrace } from '../../../../src/telemetry/trace.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

const PUBLIC = '/ip4/8.8.4.7/tcp/4001';
const PRIVATE = '/ip4/10.0.0.5/tcp/4001';
const LOOPBACK = '/ip4/127.0.0.1/tcp/4001';

/** What membership asks of a host. */
class FakeHost {
  readonly peerId: PeerId;
  readonly dialled: string[] = [];
  readonly disconnected: string[] = [];
  readonly gossipComponents = {
    registrar: { register: () => Promise.resolve(''), unregister: () => undefined },
  };
  open: HostConnection[] = [];
  /** What comes of a dial at an address. */
  answer: (address: string) => void | Promise<void> = () => undefined;
  #handler: StreamHandler | undefined;

  constructor(peerId: PeerId) {
    this.peerId = peerId;
  }

  addresses(): Multiaddr[] {
    return [];
  }

  connections(): HostConnection[] {
    return this.open;
  }

  async dial(address: Multiaddr): Promise<void> {
    const text = address.toString().replace(/\/p2p\/.*/, '');
    this.dialled.push(text);
    await this.answer(text);
  }

  async disconnect(peerId: PeerId): Promise<void> {
    this.disconnected.push(peerId.toString());
  }

  async ping(): Promise<void> {
    // Answered at once.
  }

  async handle(_protocol: string, handler: StreamHandler): Promise<void> {
    this.#handler = handler;
  }

  async unhandle(): Promise<void> {
    // Nothing comes any more.
  }

  says(peerId: PeerId, message: Message): void {
    const stream = Object.assign(new EventTarget(), { status: 'open', abort: () => undefined });
    this.#handler!(stream as never, peerId);
    stream.dispatchEvent(Object.assign(new Event('message'), { data: encodeMessage(message) }));
  }
}

describe('Membership over a host', () => {
  let peers: PeerId[];
  let host: FakeHost;
  let kept: boolean;
  let membership: Membership;

  before(async () => {
    const keys = await Promise.all([0, 1, 2].map(() => generateKeyPair('Ed25519')));
    peers = keys.map((key) => peerIdFromPrivateKey(key));
  });
  beforeEach(async () => {
    host = new FakeHost(peers[0]!);
    kept = false;
    membership = new Membership({
      host: host as unknown as Host,
      clock: new ManualClock(),
      random: { next: () => 0.5 },
      options: defaultMembershipOptions,
      trace: noTrace,
      keeps: () => kept,
      onFault: (_peer, fault) => assert.fail(fault),
      onError: (error) => assert.fail(error as Error),
    });
    await membership.start();
  });
  afterEach(() => membership.stop());

  const settle = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const connect = (direction: 'inbound' | 'outbound', at: string, peerId = peers[1]!): void => {
    const remoteAddress = multiaddr(`${at}/p2p/${peerId.toString()}`);
    const open = { peerId, direction, remoteAddress, agentVersion: '', protocols: [], listenAddresses: [] };
    host.open = [...host.open, open];
    membership.connected(open);
  };
  const disconnect = async (peerId = peers[1]!): Promise<void> => {
    host.open = host.open.filter((connection) => connection.peerId !== peerId);
    membership.disconnected(peerId);
    await settle();
  };
  const hello = (addresses: string[]): void => {
    const self = { peer: peers[1]!.toString(), state: 'alive' as const, incarnation: 0, addresses, by: [] };
    host.says(peers[1]!, { kind: 'hello', self, digest: 0, isAnswer: true });
  };
  const state = (): string | undefined => membership.get(peers[1]!.toString())?.state;
  const refuses = (address: string): void => {
    throw new DialRefusedError(`${address} refuses`);
  };

  describe('a visit to one that was lost', () => {
    it('finds it dead where all its addresses refuse, the one it was met at first', async () => {
      connect('outbound', PUBLIC);
      hello(['/ip4/8.8.4.8/tcp/4001', PUBLIC]);
      host.answer = refuses;
      await disconnect();
      assert.deepEqual(host.dialled, [PUBLIC, '/ip4/8.8.4.8/tcp/4001']);
      assert.equal(state(), 'dead');
    });

    it('does not where one of them does something else', async () => {
      connect('inbound', '/ip4/10.0.0.5/tcp/50000');
      hello(['/ip4/10.1.0.1/tcp/4001', PRIVATE]);
      host.answer = (address) => {
        if (address === PRIVATE) throw new Error('it is full');
        refuses(address);
      };
      await disconnect();
      assert.deepEqual(host.dialled, ['/ip4/10.1.0.1/tcp/4001', PRIVATE]);
      assert.notEqual(state(), 'dead');
    });

    it('goes nowhere that whoever told of it could not know', async () => {
      connect('inbound', '/ip4/10.0.0.5/tcp/50000');
      hello([LOOPBACK, PRIVATE, PUBLIC, '/nonsense']);
      host.answer = () => Promise.reject(new Error('it is full'));
      await disconnect();
      assert.deepEqual(host.dialled, [PRIVATE, PUBLIC]);
      const [, , stranger] = peers as [PeerId, PeerId, PeerId];
      connect('inbound', '/ip4/8.8.4.9/tcp/50000', stranger);
      const by: string[] = [];
      const update = { peer: peers[1]!.toString(), state: 'alive' as const, incarnation: 1, by };
      host.says(stranger, { kind: 'news', updates: [{ ...update, addresses: [LOOPBACK, PRIVATE, PUBLIC] }] });
      assert.deepEqual(membership.get(peers[1]!.toString())!.addresses, [PUBLIC]);
    });
  });

  describe('the connection of a visit', () => {
    /** While `during` is done, it is being dialled; then it is connected. */
    const visit = async (during: () => void = () => undefined): Promise<void> => {
      connect('outbound', PUBLIC);
      hello([]);
      let reach: () => void = () => undefined;
      host.answer = () => new Promise((resolve) => (reach = resolve));
      await disconnect();
      during();
      connect('outbound', PUBLIC);
      reach();
      await settle();
      await settle();
    };
    const isHeld = (): boolean => host.disconnected.length === 0;

    it('is closed', async () => {
      await visit();
      assert.ok(!isHeld());
      assert.equal(state(), 'alive');
    });

    it('stays where others in this node want it', async () => {
      kept = true;
      await visit();
      assert.ok(isHeld());
      hello([]);
      host.answer = refuses;
      await disconnect();
      assert.equal(state(), 'dead');
    });

    it('stays where the peer has dialled us meanwhile, and its end is noticed', async () => {
      await visit(() => connect('inbound', '/ip4/8.8.4.7/tcp/50000'));
      assert.ok(isHeld());
      hello([]);
      host.answer = refuses;
      await disconnect();
      assert.equal(state(), 'dead');
    });

    it('is closed where the one that came meanwhile has ended before it', async () => {
      await visit(() => {
        connect('inbound', '/ip4/8.8.4.7/tcp/50000');
        hello([]);
        host.open = [];
        membership.disconnected(peers[1]!);
      });
      assert.ok(!isHeld());
    });
  });
});
