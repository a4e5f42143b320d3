/** Who is alive: probes, suspicion and news of members. */
import { z } from 'zod';
import { defaultMembershipOptions as M } from '../peers/membership/options.ts';
import { integer, optionGroup, positive, type OptionGroup } from './option.ts';

const members = optionGroup('Membership');

export const membersOptions = {
  members: members(
    z.boolean(),
    M.enabled,
    'BOOL',
    'probe neighbours, tell and hear who lives and who is dead; without it the dead are noticed when their connection is',
  ),
  'members.period': members(
    integer(10),
    M.periodMs,
    'MS',
    'one neighbour is pinged each: how soon a silent one is noticed, against a ping a period',
  ),
  'members.timeout': members(
    integer(10),
    M.timeoutMs,
    'MS',
    'for an answer, and again for that of others asked; above two round trips of the longest link',
  ),
  'members.helpers': members(
    integer(0, 16),
    M.helpers,
    'N',
    'others asked to reach a silent neighbour: false alarms are rarer, true ones dearer',
  ),
  'members.suspicion': members(
    positive,
    M.suspicionMultiplier,
    'N',
    'periods, times log10 of the members, that a suspect has to say that it lives',
  ),
  'members.patience': members(
    z.number().min(1),
    M.suspicionPatience,
    'N',
    'times as long while nobody else confirms: the fault may be ours',
  ),
  'members.confirmations': members(integer(0, 8), M.confirmations, 'N', 'others that must, for the shortest'),
  'members.news': members(integer(10), M.newsMs, 'MS', 'between two tellings of news: how fast it travels'),
  'members.fanout': members(integer(1), M.fanout, 'N', 'neighbours told each time'),
  'members.retransmit': members(
    positive,
    M.retransmit,
    'N',
    'tellings of one piece of news, times log10 of the members: more reach the last one surely',
  ),
  'members.exchange': members(
    integer(100),
    M.exchangeMs,
    'MS',
    'between two comparisons of all that is known with a neighbour by chance: what news missed stays missed so long',
  ),
  'members.verify': members(
    integer(0),
    M.verifyMs,
    'MS',
    'between two dials of members we are not connected to, to see if they live; 0: none',
  ),
  'members.forget': members(
    integer(1000),
    M.forgetMs,
    'MS',
    'the dead are remembered: old news does not raise them meanwhile',
  ),
  'members.max': members(
    integer(1),
    M.maxMembers,
    'N',
    'members remembered (500 bytes each), neighbours always: what a peer that makes them up can fill',
  ),
  'members.errands': members(
    integer(0),
    M.maxErrands,
    'N',
    'members reached for others at once: each may cost a dial',
  ),
  'members.errandsofone': members(integer(0), M.maxErrandsOfOne, 'N', 'of them for the same neighbour'),
  'members.errandrate': members(positive, M.errandsPerSecond, 'N/S', 'for the same neighbour'),
} satisfies OptionGroup;
