import type { FastifyReply } from 'fastify';
import type { Answer } from '../services/idempotent-request';
import { isRefusal, type Refusal } from '../contracts/errors';
import { RETRY_AFTER_SECONDS, sendProblem } from './errors';

/** Sends what was read, or the refusal. */
export const sendResult = (reply: FastifyReply, result: object): FastifyReply =>
  isRefusal(result) ? sendProblem(reply, result) : reply.send(result);

/** Sends the answer of a POST or PUT. Marks a replay; says when to look again while nothing is decided yet. */
export function sendAnswer<T>(
  reply: FastifyReply,
  answer: Answer<T> | Refusal,
  statusOf: (answer: Answer<T>) => number = ({ status }) => status,
): FastifyReply {
  if (isRefusal(answer)) return sendProblem(reply, answer);
  const status = statusOf(answer);
  if (answer.location !== null) reply.header('location', answer.location);
  if (answer.replayed) reply.header('idempotent-replayed', 'true');
  if (status === 202) reply.header('retry-after', RETRY_AFTER_SECONDS);
  return reply.code(status).send(answer.body);
}
