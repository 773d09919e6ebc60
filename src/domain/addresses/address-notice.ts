import { FINDING_TEXTS, type AddressFinding } from '../../contracts/addresses/address-findings';
import type { Recipient } from '../../contracts/addresses/recipient';

/** Names a language that we write to customers in. */
export type Language = 'en' | 'zh-CN';

/** Countries and regions whose customers get Chinese texts; all others get English ones. */
const CHINESE: readonly string[] = ['CN', 'HK', 'MO', 'TW'];

/** Chooses the language of a customer's messages by the country of the address. */
export const languageOf = (country: string): Language => (CHINESE.includes(country) ? 'zh-CN' : 'en');

/** Lists every text of a message about an address hold; a message contains nothing else. */
export interface Notice {
  readonly language: Language;
  readonly subject: string;
  readonly greeting: string;
  readonly lead: string;
  readonly items: readonly {
    readonly field: string;
    readonly problem: string;
    readonly suggestion: string | undefined;
  }[];
  readonly action: string;
  readonly link: string;
  readonly closing: string;
}

const FIELDS: Readonly<Record<string, { readonly en: string; readonly 'zh-CN': string }>> = {
  name: { en: 'Name', 'zh-CN': '收件人' },
  phone: { en: 'Phone', 'zh-CN': '电话' },
  country: { en: 'Country', 'zh-CN': '国家或地区' },
  region: { en: 'State or province', 'zh-CN': '省' },
  city: { en: 'City', 'zh-CN': '市' },
  district: { en: 'District', 'zh-CN': '区县' },
  line1: { en: 'Street and number', 'zh-CN': '详细地址' },
  line2: { en: 'Address, second line', 'zh-CN': '补充地址' },
  postcode: { en: 'Postcode', 'zh-CN': '邮政编码' },
  divisionCode: { en: 'Division code', 'zh-CN': '行政区划代码' },
};

export interface NoticeFacts {
  /** The storefront's own number for the order, or our id. */
  readonly order: string;
  readonly recipient: Recipient;
  readonly findings: readonly AddressFinding[];
  readonly link: string;
  readonly until: Date;
  readonly reminder: boolean;
}

/** Writes the notice of an address hold in the language of the recipient's country. */
export function writeNotice({ order, recipient, findings, link, until, reminder }: NoticeFacts): Notice {
  const language = languageOf(recipient.address.country);
  const end = `${until.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const items = findings.map(({ pointer, code, suggestion }) => {
    const field = pointer.split('/').pop() ?? '';
    return { field: FIELDS[field]?.[language] ?? field, problem: FINDING_TEXTS[code][language], suggestion };
  });
  if (language === 'zh-CN')
    return {
      language,
      items,
      link,
      subject: `${reminder ? '提醒：' : ''}订单 ${order} 的收货地址需要修改`,
      greeting: '您好，',
      lead: '您的订单因收货信息有误暂未发货，商品已为您保留，尚未扣款。请修改：',
      action: '修改地址（链接仅可使用一次）：',
      closing: `请在 ${end} 之前修改，逾期订单将自动取消。`,
    };
  return {
    language,
    items,
    link,
    subject: `${reminder ? 'Reminder: ' : ''}The address of your order ${order} needs a correction`,
    greeting: 'Hello,',
    lead:
      'We cannot deliver your order to the address it names. ' +
      'The goods are kept for you, and nothing has been charged. Please correct:',
    action: 'Correct the address (the link works once):',
    closing: `Please do so before ${end}; then the order is cancelled.`,
  };
}

/** Shortens a notice to an SMS: its subject, the link and the deadline. */
export const smsTextOf = ({ subject, link, closing }: Notice): string => `${subject}: ${link} ${closing}`;
