import type { FastifyReply } from 'fastify';
import { RpcFailure } from './error.ts';
import { anonymousError } from './message.ts';

export const JSON_TYPE = 'application/json';

export function sendText(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).type('text/plain; charset=utf-8').send(`${message}\n`);
}

export function sendFailure(
  reply: FastifyReply,
  status: number,
  code: number,
  message: string,
): FastifyReply {
  return reply
    .code(status)
    .type(JSON_TYPE)
    .send(anonymousError(new RpcFailure(code, message)));
}
