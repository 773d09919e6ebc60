import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { cutPlan } from '../../bench/soak/cuts';
import { killPlan } from '../../bench/soak/kills';
import { CUT_WAYS, Link } from '../../bench/soak/link';
import { LINKS } from '../../bench/soak/links';
import { POINTS } from '../../bench/soak/points';

test('cuts cover every link, way and point, and spare the part that is killed in the same round', () => {
  const killed = killPlan(48).map(({ part }) => part);
  const plan = cutPlan(48, killed);
  expect(new Set(plan.map(({ link, way }) => `${link} ${way}`)).size).toBe(LINKS.length * CUT_WAYS.length);
  expect(new Set(plan.map(({ point }) => point))).toEqual(new Set(POINTS));
  expect(plan.filter(({ link }, round) => link.split('-').includes(killed[round] as string))).toEqual([]);
});

describe('a link', () => {
  let echo: Server;
  let link: Link;
  const opened: Socket[] = [];
  beforeEach(async () => {
    echo = createServer((socket) => {
      socket.on('error', () => undefined).pipe(socket);
    });
    await once(echo.listen(0, '127.0.0.1'), 'listening');
    link = await Link.open();
    link.connectTo('127.0.0.1', (echo.address() as AddressInfo).port);
  });
  afterEach(async () => {
    for (const socket of opened.splice(0)) socket.destroy();
    await link.close();
    echo.close();
    await once(echo, 'close');
  });

  const open = (): Socket => {
    const socket = connect(link.port, '127.0.0.1').setEncoding('utf8');
    opened.push(socket);
    return socket;
  };
  /** Sends a word and returns the answer, or the code of the broken connection. */
  const say = async (socket: Socket, word: string): Promise<string> => {
    const heard = once(socket, 'data').then(
      ([text]) => String(text),
      (error: unknown) => (error as NodeJS.ErrnoException).code ?? 'broken',
    );
    socket.write(word);
    return heard;
  };

  test('that is whole passes data both ways', async () => {
    expect(await say(open(), 'one')).toBe('one');
  });

  test('that is reset breaks old and new connections, and works again once it is restored', async () => {
    const before = open();
    expect(await say(before, 'one')).toBe('one');
    const broke = once(before, 'data').catch((error: unknown) => (error as NodeJS.ErrnoException).code);
    link.cut('reset');
    expect(await broke).toBe('ECONNRESET');
    expect(await say(open(), 'two')).toBe('ECONNRESET');
    link.restore();
    expect(await say(open(), 'three')).toBe('three');
  });

  test('that is slow passes data late, and in order', async () => {
    const socket = open();
    expect(await say(socket, 'one')).toBe('one');
    link.cut('slow');
    const began = Date.now();
    expect(await say(socket, 'two')).toBe('two');
    expect(Date.now() - began).toBeGreaterThanOrEqual(900);
  });

  test('that is silent drops data without a sign; old connections stay dead, new ones work', async () => {
    const before = open();
    expect(await say(before, 'one')).toBe('one');
    link.cut('silent');
    let heard = '';
    before.on('data', (text) => {
      heard += String(text);
    });
    before.write('two');
    link.restore();
    const after = open();
    expect(await say(after, 'three')).toBe('three');
    before.write('four');
    expect(await say(after, 'five')).toBe('five');
    expect([heard, before.destroyed]).toEqual(['', false]);
  });
});
