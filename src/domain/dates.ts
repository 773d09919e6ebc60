/** Adds days to an ISO date. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

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

/** Returns the day (ISO date) on which an instant falls in a time zone (IANA). */
export const dayOf = (instant: Date, timeZone: string): string => wallTime(instant, timeZone).slice(0, 10);

/** Returns the instant at which a day (ISO date) ends in a time zone (IANA). */
export function endOfDay(date: string, timeZone: string): Date {
  const midnight = Date.parse(`${addDays(date, 1)}T00:00:00Z`);
  const offsetAt = (instant: number): number => Date.parse(`${wallTime(new Date(instant), timeZone)}Z`) - instant;
  // Clocks may change between the two instants: the second offset is the one in force at the day's end.
  let end = midnight - offsetAt(midnight - offsetAt(midnight));
  // Where clocks go forward at midnight, the next day begins at one o'clock.
  while (dayOf(new Date(end), timeZone) <= date) end += QUARTER_HOUR_MS;
  return new Date(end);
}

const QUARTER_HOUR_MS = 900_000;

/** Returns the time so many times 24 hours before another. */
export const daysBefore = (now: Date, days: number): Date => new Date(now.getTime() - days * 86_400_000);
