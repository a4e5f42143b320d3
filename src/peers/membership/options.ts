/** Who is alive: every option with what it trades or bounds. */

export interface MembershipOptions {
  /** Off: nobody is probed, nothing of it is said or answered. A dead peer is then noticed when its connection is. */
  enabled: boolean;
  /** One neighbour is probed each period, ms: how soon a silent peer is noticed, against a ping a period. */
  periodMs: number;
  /** A ping unanswered for so long goes to others, who are given the same again, ms: above the round trips of the longest link, twice, for libp2p opens a stream for each. */
  timeoutMs: number;
  /** Of others asked to reach a neighbour that did not answer: each makes a false alarm rarer and a true one dearer. */
  helpers: number;
  /** `shuffled`: every neighbour once in a round, so that none waits longer than two. `uniform`: by chance each time, as theory has it. */
  order: 'shuffled' | 'uniform';
  /** A suspect has so many periods times log10 of the members to say that it lives, once others confirm: Lifeguard's alpha. */
  suspicionMultiplier: number;
  /** While nobody confirms it has so many times longer: it may be our fault. Lifeguard's beta. */
  suspicionPatience: number;
  /** Others that must confirm for the shortest time. */
  confirmations: number;
  /** Between two tellings of news, ms: how fast it travels, against frames. */
  newsMs: number;
  /** Neighbours told each time. */
  fanout: number;
  /** Each piece of news is told so many times log10 of the members: more reaches the last one surely. */
  retransmit: number;
  /** Reached for others at once, in all and for one of them: each may cost a dial, and an address that a stranger chose. */
  maxErrands: number;
  maxErrandsOfOne: number;
  /** For one of them, a second, and twice that at once. */
  errandsPerSecond: number;
  /** Between two comparisons of all that is known with a neighbour by chance, ms: what news missed stays missed so long. One digest when nothing differs. */
  exchangeMs: number;
  /** Between two looks at a member that we are not connected to, ms; 0: none. Finds the dead that nobody is connected to; costs a dial. */
  verifyMs: number;
  /** The dead are remembered so long, ms: late news of their life is not taken for it meanwhile. */
  forgetMs: number;
  /** Members remembered, some 500 bytes each: what a peer that makes them up can fill. Neighbours always are. */
  maxMembers: number;
}

/** Periods and tellings as in HashiCorp's memberlist for a LAN, but for a time-out that wide-area links keep. */
export const defaultMembershipOptions: MembershipOptions = {
  enabled: true,
  periodMs: 1_000,
  timeoutMs: 1_000,
  helpers: 3,
  order: 'shuffled',
  suspicionMultiplier: 3,
  suspicionPatience: 4,
  confirmations: 2,
  newsMs: 200,
  fanout: 3,
  retransmit: 4,
  maxErrands: 16,
  maxErrandsOfOne: 4,
  errandsPerSecond: 4,
  exchangeMs: 30_000,
  verifyMs: 60_000,
  forgetMs: 600_000,
  maxMembers: 4_096,
};
