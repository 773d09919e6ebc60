/** Is the time zone (IANA) of a mall that sets none. */
export const DEFAULT_TIME_ZONE = 'Asia/Shanghai';

/** Checks whether a text names an IANA time zone that this process knows. */
export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
