import { historyRow, historyTitles, latency, levelRows, processorRow, section } from '../load/print-figures';
import type { PeerReport } from './peer-report';

/** Formats the peer's figures as tables for a person. */
export function printPeer({ name, version, orders, postUnloaded, history, oursToPeer }: PeerReport): string {
  const best = orders.levels.find(({ concurrency }) => concurrency === orders.best);
  const { completedPerSecond, processorTime } = oursToPeer;
  return [
    section(
      `The peer, ${name} ${version}: complete orders of one item, POST to delivered (median, least to greatest window)`,
      levelRows(orders),
    ),
    section('The peer: POST /orders, which gives no verdict', [
      ['unloaded, one order after another', latency(postUnloaded)],
    ]),
    section(`The peer: Temporal history per completed order, its ${history.workflows} workflows together`, [
      historyTitles,
      historyRow('unloaded', history.unloaded),
      historyRow('at its highest load', history.underLoad),
    ]),
    section('The peer: processor time', [processorRow(`order, ${orders.best} at a time`, best?.processorMs)]),
    section('Ours : peer, each at its best level', [
      ['complete orders/s', `${completedPerSecond.toFixed(2)} : 1`],
      ['processor time per order', processorTime === undefined ? 'not measured' : `${processorTime.toFixed(2)} : 1`],
    ]),
  ].join('\n\n');
}
