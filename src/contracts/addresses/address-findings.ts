import { z } from 'zod';
import { OrderId } from '../ids';
import { Recipient } from './recipient';
import { oneOf } from '../one-of';
import { OrderStatus } from '../statuses';

/** Names each fault that a recipient or an address may have. Stable: storefronts decide on it. */
export const FindingCode = {
  /** The country's addresses need this field. */
  missing: 'missing',
  notAName: 'not_a_name',
  notAPhoneNumber: 'not_a_phone_number',
  phoneNotInUse: 'phone_not_in_use',
  phoneNotMobile: 'phone_not_mobile',
  phoneHasExtension: 'phone_has_extension',
  unknownCountry: 'unknown_country',
  /** No such province, state, city or district exists. */
  unknownDivision: 'unknown_division',
  /** More than one place has this name. */
  ambiguousDivision: 'ambiguous_division',
  /** It lies in another part of the country than the rest of the address. */
  elsewhere: 'elsewhere',
  /** A code was given in place of a name. */
  codeForName: 'code_for_name',
  /** The division code and the names disagree. */
  codeDisagrees: 'code_disagrees',
  notInChinese: 'not_in_chinese',
  malformedPostcode: 'malformed_postcode',
  incompleteLine: 'incomplete_line',
  placeholder: 'placeholder',
  houseNumberMissing: 'house_number_missing',
} as const;
export type FindingCode = (typeof FindingCode)[keyof typeof FindingCode];

/** Says each finding to the customer, in plain words. */
export const FINDING_TEXTS: Readonly<Record<FindingCode, { readonly en: string; readonly 'zh-CN': string }>> = {
  missing: { en: 'It is required in this country', 'zh-CN': '该国家或地区的地址需要填写此项' },
  not_a_name: { en: 'It is not the name of a person or company', 'zh-CN': '这不是有效的收件人姓名' },
  not_a_phone_number: { en: 'It is not a phone number', 'zh-CN': '这不是电话号码' },
  phone_not_in_use: { en: 'This phone number is not in use', 'zh-CN': '该电话号码不存在' },
  phone_not_mobile: { en: 'The carrier needs an 11-digit mobile number', 'zh-CN': '需要 11 位手机号码' },
  phone_has_extension: { en: 'The carrier cannot dial an extension', 'zh-CN': '承运商无法拨打分机号' },
  unknown_country: { en: 'There is no such country', 'zh-CN': '没有这个国家或地区' },
  unknown_division: { en: 'There is no such place in this part of the country', 'zh-CN': '没有这个地名' },
  ambiguous_division: {
    en: 'More than one place has this name: write it in full',
    'zh-CN': '该名称对应多个地点，请填写全称',
  },
  elsewhere: { en: 'It does not match the rest of the address', 'zh-CN': '与地址的其他部分不一致' },
  code_for_name: { en: 'It is a code: write the name', 'zh-CN': '这是代码，请填写名称' },
  code_disagrees: {
    en: 'The division code does not match the province, city and district',
    'zh-CN': '行政区划代码与省市区不一致',
  },
  not_in_chinese: {
    en: 'Write it in Chinese characters: the carrier in mainland China needs them',
    'zh-CN': '请用汉字填写',
  },
  malformed_postcode: { en: 'It is not a postcode of this country', 'zh-CN': '邮政编码格式不正确' },
  incomplete_line: { en: 'It is too short to deliver to: add street and number', 'zh-CN': '详细地址不完整' },
  placeholder: { en: 'It is not a real address', 'zh-CN': '请填写真实的详细地址' },
  house_number_missing: { en: 'The house number is missing', 'zh-CN': '缺少门牌号' },
};

/** Names one fault of a recipient and, where there is one, a correction. */
export const AddressFinding = z
  .strictObject({
    pointer: z.string().describe('A JSON pointer to the field'),
    code: oneOf(FindingCode),
    detail: z.string().describe('What is wrong, in plain words'),
    suggestion: z
      .string()
      .optional()
      .describe('A likely correction of the field. Absent where only the customer knows'),
  })
  .meta({ id: 'AddressFinding' });
export type AddressFinding = z.infer<typeof AddressFinding>;

/** Describes an address hold: what the customer has to correct, and until when. */
export const AddressFix = z
  .strictObject({
    until: z.iso.datetime().describe('The order is cancelled at this time; until then its stock and price are kept'),
    findings: z
      .array(AddressFinding)
      .describe('Their pointers point into the order. Only callers who may see the recipient get suggestions'),
  })
  .meta({ id: 'AddressFix' });

/** Describes an address hold to whoever has the link of a message. */
export const AddressFixByLink = z
  .strictObject({ orderId: OrderId, ...AddressFix.shape, recipient: Recipient })
  .meta({ id: 'AddressFixByLink' });
export type AddressFixByLink = z.infer<typeof AddressFixByLink>;

/** Reports the order's status after an address fix by link. */
export const AddressMended = z
  .strictObject({ orderId: OrderId, status: oneOf(OrderStatus) })
  .meta({ id: 'AddressMended' });
export type AddressMended = z.infer<typeof AddressMended>;

/** Names the ways in which a customer is notified. */
export const NotificationChannel = { email: 'email', sms: 'sms' } as const;
export type NotificationChannel = (typeof NotificationChannel)[keyof typeof NotificationChannel];
