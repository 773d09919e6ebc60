import type { FastifyReply } from 'fastify';
import type { Answer } from '../services/idempotent-request';
import { isRefusal, type Refusal } from '../contracts/errors';
import { RETRY_AFTER_SECONDS, sendProblem } from './errors';

/** Answers what was read, or why not. */
export const sendResult = (reply: FastifyReply, result: object): FastifyReply =>
  isRefusal(result) ? sendProblem(reply, result) : reply.send(result);

/** Answers what a POST came to: a replay says so, and what is not decided yet says when to look again. */
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
