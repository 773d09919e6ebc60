import { readFileSync } from 'node:fs';
import { writeNotice } from '../../../src/domain/addresses/address-notice';
import { mailOf } from '../../../src/providers/notifications/mail-text';
import { SandboxSmsProvider } from '../../../src/providers/notifications/sandbox-sms';
import { SmtpNotificationProvider } from '../../../src/providers/notifications/smtp';
import { recipientIn } from '../../domain/addresses/address-cases';
import { API_KEY, Bench, type NotifierSandbox } from '../sandboxes';

const bench = new Bench();
const journalFile = bench.newJournal();
let notifier: NotifierSandbox;
let sms: SandboxSmsProvider;
let mail: SmtpNotificationProvider;

const open = (sandbox: NotifierSandbox): void => {
  notifier = sandbox;
  sms = new SandboxSmsProvider({ url: sandbox.url, apiKey: API_KEY, timeoutMs: 5_000 });
  mail = new SmtpNotificationProvider({ url: sandbox.smtpUrl, from: 'Mall <mall@example.com>', timeoutMs: 5_000 });
};
beforeAll(async () => {
  open(await bench.startNotifier({ journalFile }));
});
afterAll(() => bench.close());

const message = (key: string, change: object = {}) => ({
  key,
  to: '+8613800138000',
  subject: 'About',
  text: 'Hello',
  ...change,
});
const contentOf = async (key: string) =>
  (await notifier.call('GET', `/v1/messages/by-key/${encodeURIComponent(key)}/content`)).body;
const journal = async () => {
  const entries: unknown[] = [];
  for await (const { key, channel } of sms.journal()) entries.push([key, channel]);
  return entries;
};

test('an SMS is sent once per key, even when the answer is lost', async () => {
  const sent = await sms.send(message('o:notify_sms:1'));
  expect(sent).toMatchObject({ status: 'sent' });
  expect(await sms.send(message('o:notify_sms:1'))).toEqual(sent);
  expect(await sms.findByKey('o:notify_sms:1')).toEqual(sent);
  expect(await sms.findByKey('o:notify_sms:9')).toBeUndefined();
  await expect(sms.send(message('o:notify_sms:1', { text: 'Something else' }))).rejects.toThrow('409');
  await notifier.fault({ mode: 'error_after', times: 1, operation: 'send' });
  await expect(sms.send(message('o:notify_sms:2'))).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  expect(await sms.findByKey('o:notify_sms:2')).toMatchObject({ status: 'sent' });
  expect(await sms.send(message('o:notify_sms:3', { to: '+8613911111111' }))).toEqual({
    status: 'refused',
    reason: 'unknown_number',
  });
  expect(await contentOf('o:notify_sms:1')).toEqual({ to: '+8613800138000', text: 'Hello' });
});

test('a mail is sent once per Message-ID, and permanent refusals differ from temporary ones', async () => {
  const to = { to: 'someone@example.com', html: '<p>Hello</p>' };
  expect(await mail.send(message('o:notify_email:1', to))).toEqual({
    status: 'sent',
    reference: '<o.notify_email.1@mallflow.invalid>',
  });
  await mail.send(message('o:notify_email:1', to));
  expect((await journal()).filter((entry) => JSON.stringify(entry).includes('email:1'))).toEqual([
    ['o:notify_email:1', 'email'],
  ]);
  expect(await contentOf('o:notify_email:1')).toMatchObject({
    to: 'someone@example.com',
    text: expect.stringContaining('Subject: About'),
  });
  expect(await mail.send(message('o:notify_email:2', { to: 'no-such-mailbox@example.com' }))).toEqual({
    status: 'refused',
    reason: '550',
  });
  await notifier.fault({ mode: 'down', times: 1, operation: 'mail' });
  await expect(mail.send(message('o:notify_email:3', to))).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  expect(await mail.send(message('o:notify_email:3', to))).toMatchObject({ status: 'sent' });
  const nobody = new SmtpNotificationProvider({
    url: 'smtp://127.0.0.1:9',
    from: 'mall@example.com',
    timeoutMs: 1_000,
  });
  await expect(nobody.send(message('o:notify_email:4', to))).rejects.toMatchObject({ name: 'ProviderUnavailable' });
});

test('the journal outlives the server and names nobody', async () => {
  const before = await journal();
  await notifier.app.close();
  expect(readFileSync(journalFile, 'utf8')).not.toMatch(/someone@example|13800138000|Hello/);
  open(await bench.startNotifier({ journalFile }));
  expect(await journal()).toEqual(before);
  expect(await contentOf('o:notify_sms:1')).toEqual({ to: '+8613800138000', text: 'Hello' });
});

test('a mail is in the language of the address, and what people typed is escaped', () => {
  const findings = [
    { pointer: '/address/line1', code: 'incomplete_line', detail: '', suggestion: '<b>&</b>' },
  ] as const;
  const facts = {
    order: 'A-1',
    findings,
    link: 'https://shop.example/address/x?a=1&b=2',
    until: new Date('2026-11-25T10:00:00Z'),
    reminder: false,
  };
  const english = mailOf(writeNotice({ ...facts, recipient: recipientIn('BR', {}) }));
  expect(english.text).toBe(
    [
      'Hello,',
      '',
      'We cannot deliver your order to the address it names. ' +
        'The goods are kept for you, and nothing has been charged. Please correct:',
      '',
      '- Street and number: It is too short to deliver to: add street and number -> <b>&</b>',
      '',
      'Correct the address (the link works once):',
      'https://shop.example/address/x?a=1&b=2',
      '',
      'Please do so before 2026-11-25 10:00 UTC; then the order is cancelled.',
      '',
    ].join('\n'),
  );
  expect(english.html).toContain('&lt;b&gt;&amp;&lt;/b&gt;');
  const chinese = mailOf(writeNotice({ ...facts, reminder: true, recipient: recipientIn('CN', {}) }));
  expect([chinese.subject, chinese.html]).toEqual([
    '提醒：订单 A-1 的收货地址需要修改',
    expect.stringContaining('<html lang="zh-CN">'),
  ]);
  expect(chinese.text).toContain('- 详细地址: 详细地址不完整');
});
