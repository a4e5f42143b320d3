import { multiaddr } from '@multiformats/multiaddr';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  decodeAnswer,
  decodeRequest,
  encodeAnswer,
  encodeRequest,
  MAX_ADDRESSES,
  MAX_ADDRESSES_A_PEER,
  MAX_ANSWER_BYTES,
  PeersFault,
  type ToldPeer,
} from '../../../../src/peers/discovery/messages.ts';
import { seeded } from '../../../helpers/seed.ts';

const transport = fc.oneof(
  fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 65_535 })).map(([ip, port]) => `/ip4/${ip}/tcp/${port}`),
  fc.tuple(fc.ipV6(), fc.integer({ min: 1, max: 65_535 })).map(([ip, port]) => `/ip6/${ip}/tcp/${port}`),
  fc.nat(5000).map((index) => `/memory/${index}`),
);

/** As its bytes tell it: an IPv6 address has many ways to be written. */
const written = (text: string): string => multiaddr(multiaddr(text).bytes).toString();
const isTellable = (text: string): boolean => !/\/(?:0\.0\.0\.0|::)\//.test(written(text));

describe('messages of peer exchange', () => {
  let ids: string[];

  before(async () => {
    ids = await Promise.all(
      Array.from({ length: 20 }, async () =>
        peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toString(),
      ),
    );
  });

  const arbitraryPeers = (): fc.Arbitrary<ToldPeer[]> =>
    fc
      .tuple(
        fc.shuffledSubarray(ids),
        fc.array(
          fc.uniqueArray(transport.filter(isTellable).map(written), {
            minLength: 1,
            maxLength: MAX_ADDRESSES_A_PEER,
          }),
          { minLength: 20, maxLength: 20 },
        ),
      )
      .map(([peers, addresses]) => peers.map((peer, index) => ({ peer, addresses: addresses[index]! })));

  it('a request', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_ADDRESSES }), (count) => {
        assert.equal(decodeRequest(encodeRequest(count)), count);
      }),
      seeded(),
    );
    for (const body of [[], [0], [MAX_ADDRESSES + 1], [1, 1]])
      assert.throws(() => decodeRequest(Uint8Array.from(body)), PeersFault);
  });

  it('an answer holds what fits, whole and in order', () => {
    fc.assert(
      fc.property(arbitraryPeers(), fc.integer({ min: 1, max: MAX_ADDRESSES }), (peers, most) => {
        const body = encodeAnswer(peers, most);
        assert.ok(body.byteLength <= MAX_ANSWER_BYTES);
        const read = decodeAnswer(body, most).flatMap(({ peer, addresses }) =>
          addresses.map((address) => `${address}/p2p/${peer}`),
        );
        const all = peers.flatMap(({ peer, addresses }) => addresses.map((each) => `${each}/p2p/${peer}`));
        assert.deepEqual(read, all.slice(0, most));
      }),
      seeded(),
    );
  });

  it('what nobody wrote is a fault, or reads as something that is written so', () => {
    const nearly = fc
      .tuple(arbitraryPeers(), fc.nat(), fc.nat(255), fc.nat(3))
      .map(([peers, at, byte, how]) => {
        const body = Uint8Array.from(encodeAnswer(peers, MAX_ADDRESSES));
        const index = at % body.length;
        if (how === 0) return body.subarray(0, index);
        if (how === 1) return Uint8Array.from([...body, byte]);
        body[index] = byte;
        return body;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), nearly), (body) => {
        let peers: ToldPeer[];
        try {
          peers = decodeAnswer(body, MAX_ADDRESSES);
        } catch (error) {
          assert.ok(error instanceof PeersFault, String(error));
          return;
        }
        assert.deepEqual([...encodeAnswer(peers, MAX_ADDRESSES)], [...body]);
      }),
      { numRuns: 600, ...seeded() },
    );
  });

  it('more than was asked for, names, relays, ports of 0 and repetitions are faults', () => {
    const [a, b] = ids as [string, string];
    const answer = (...addresses: string[]): Uint8Array => {
      const encoded = addresses.map((text) => multiaddr(text).bytes);
      return Uint8Array.from([encoded.length, ...encoded.flatMap((bytes) => [bytes.length, ...bytes])]);
    };
    const here = `/ip4/192.0.2.1/tcp/4001/p2p/${a}`;
    assert.equal(decodeAnswer(answer(here), 1).length, 1);
    for (const [most, ...addresses] of [
      [1, here, `/ip4/192.0.2.2/tcp/4001/p2p/${b}`],
      [9, `/dns4/example.org/tcp/4001/p2p/${a}`],
      [9, `/ip4/192.0.2.1/tcp/4001/p2p/${b}/p2p-circuit/p2p/${a}`],
      [9, `/ip4/192.0.2.1/tcp/0/p2p/${a}`],
      [9, `/ip4/0.0.0.0/tcp/4001/p2p/${a}`],
      [9, `/ip4/192.0.2.1/udp/4001/p2p/${a}`],
      [9, '/ip4/192.0.2.1/tcp/4001'],
      [9, `/p2p/${a}`],
      [9, here, here],
      [9, here, `/ip4/192.0.2.2/tcp/4001/p2p/${b}`, `/ip4/192.0.2.3/tcp/4001/p2p/${a}`],
      [9, ...[1, 2, 3, 4, 5].map((last) => `/ip4/192.0.2.${last}/tcp/4001/p2p/${a}`)],
    ] as [number, ...string[]][]) {
      assert.throws(() => decodeAnswer(answer(...addresses), most), PeersFault, addresses.join(' '));
    }
  });
});
