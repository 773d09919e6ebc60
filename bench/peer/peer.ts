import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../../src/embedded/ports';
import { type Child, describeExit, startChild, tailOfLog } from '../../src/embedded/child-process';
import { answersOk, logContains } from '../../src/embedded/readiness';
import { timed, type Step } from '../../src/embedded/running-parts';
import type { Stack } from '../../src/embedded/stack';
import { withConnection } from '../../src/embedded/temporal/temporal-server';
import { registerNamespace } from '../temporal-server/namespace';
import { untilFact } from '../soak/until-fact';
import { PEER_NAMESPACE, PEER_PORTS, peerEnvironment, peerUrls, type PeerUrls } from './environment';
import type { PeerProgram } from './program';

const START_TIMEOUT_MS = 30_000;
/** Lists our processes that would use the peer's processors, Temporal server and PostgreSQL by polling and sweeping. */
const OURS = ['api', 'worker', 'gateway', 'carrier', 'supplier', 'notifier'] as const;
/** gRPC: NOT_FOUND. */
const NOT_FOUND = 5;

export interface PeerStart {
  readonly program: PeerProgram;
  /** The stack whose Temporal server and folder the peer uses. */
  readonly stack: Stack;
  readonly signal: AbortSignal;
  readonly onStep: (step: Step) => void;
  /** Called when a process ends unexpectedly. */
  readonly onLost: (message: string) => void;
}

/** Controls the running reference application: one process of its API servers, one of its workers. */
export interface Peer {
  readonly version: string;
  readonly urls: PeerUrls;
  readonly pids: { readonly worker: number; readonly api: number };
  stop(): Promise<void>;
}

/**
 * Replaces our processes, except Temporal and PostgreSQL, with the peer. It runs on free ports of 127.0.0.1, in its own
 * namespace, with its order cache in SQLite. When it rejects, the peer is stopped.
 */
export async function startPeer({ program, stack, signal, onStep, onLost }: PeerStart): Promise<Peer> {
  const urls = peerUrls(await freePorts(PEER_PORTS));
  // The API creates ./api-store.db.
  const cwd = join(stack.paths.root, 'peer');
  mkdirSync(cwd);
  const children: Child[] = [];
  const stop = async () => {
    for (const child of [...children].reverse()) await child.stop();
  };
  const start = async (part: 'api' | 'worker', isReady: (logFile: string) => () => Promise<boolean>) => {
    const logFile = join(stack.paths.logs, `peer-${part}.log`);
    const child = await startChild(
      {
        name: `The peer's ${part}`,
        command: program.path,
        args: [part],
        env: peerEnvironment(urls, stack.urls.temporal),
        cwd,
        // The only signal on which the peer ends cleanly.
        stopSignal: 'SIGINT',
        signal,
        logFile,
        pidFile: join(stack.paths.run, `peer-${part}.json`),
      },
      isReady(logFile),
      START_TIMEOUT_MS,
    );
    children.push(child);
    void child.exited.then((exit) => {
      if (child.endedUnexpectedly())
        onLost(`${child.name} ended unexpectedly (${describeExit(exit)}).\n${tailOfLog(logFile)}`);
    });
    return child.pid;
  };
  try {
    return await timed('Peer', onStep, async () => {
      await Promise.all(OURS.map((part) => stack.kill(part)));
      await prepareNamespace(stack.urls.temporal);
      const api = await start(
        'api',
        () => async () => (await answersOk(`${urls.order}/orders`)) && answersOk(`${urls.shipment}/shipments/pending`),
      );
      const worker = await start('worker', (logFile) => logContains(logFile, 'Started Worker'));
      return { version: program.version, urls, pids: { api, worker }, stop };
    });
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Registers the peer's namespace and waits until the server knows it. */
async function prepareNamespace(address: string): Promise<void> {
  await registerNamespace(address, PEER_NAMESPACE);
  await untilFact(
    'the namespace of the peer is known',
    async () => {
      try {
        await withConnection(address, ({ workflowService }) =>
          workflowService.countWorkflowExecutions({ namespace: PEER_NAMESPACE }),
        );
        return true;
      } catch (error) {
        if ((error as { code?: number }).code === NOT_FOUND) return false;
        throw error;
      }
    },
    START_TIMEOUT_MS,
  );
}
