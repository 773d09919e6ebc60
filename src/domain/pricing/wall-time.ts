/** Formats the local time of a time zone (IANA) like 2026-11-11T00:00:00; such texts sort by time. */
export function wallTime(now: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(now);
  const valueOf = (type: Intl.DateTimeFormatPartTypes): string => parts.find((part) => part.type === type)?.value ?? '';
  const date = `${valueOf('year').padStart(4, '0')}-${valueOf('month')}-${valueOf('day')}`;
  return `${date}T${valueOf('hour')}:${valueOf('minute')}:${valueOf('second')}`;
}
