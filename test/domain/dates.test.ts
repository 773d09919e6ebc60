import fc from 'fast-check';
import { addDays, dayOf, endOfDay, wallTime } from '../../src/domain/dates';

test.each([
  ['2026-11-25T18:30:00Z', 'Asia/Shanghai', '2026-11-26'],
  ['2026-11-25T15:59:59Z', 'Asia/Shanghai', '2026-11-25'],
  ['2026-11-25T02:00:00Z', 'America/Sao_Paulo', '2026-11-24'],
  ['2026-11-25T02:00:00Z', 'UTC', '2026-11-25'],
])('at %s it is in %s the day %s', (instant, zone, day) => {
  expect(dayOf(new Date(instant), zone)).toBe(day);
});

test.each([
  ['2026-11-26', 'Asia/Shanghai', '2026-11-26T16:00:00.000Z'],
  ['2026-11-26', 'UTC', '2026-11-27T00:00:00.000Z'],
  // The clocks of New York go back in the night of 1 November, and those of Berlin forward on 29 March.
  ['2026-11-01', 'America/New_York', '2026-11-02T05:00:00.000Z'],
  ['2026-03-29', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
  // In Beirut the next day began at one o'clock.
  ['2022-03-26', 'Asia/Beirut', '2022-03-26T22:00:00.000Z'],
])('the day %s ends in %s at %s', (day, zone, end) => {
  expect(endOfDay(day, zone).toISOString()).toBe(end);
});

test('a day ends where the next begins, in every zone', () => {
  const zone = fc.constantFrom('Asia/Shanghai', 'America/Sao_Paulo', 'Pacific/Chatham', 'Europe/Berlin', 'Asia/Beirut');
  const instant = fc.date({ min: new Date('2000-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(zone, instant, (timeZone, now) => {
      const day = dayOf(now, timeZone);
      const end = endOfDay(day, timeZone);
      expect(end.getTime()).toBeGreaterThan(now.getTime());
      expect(dayOf(end, timeZone)).toBe(addDays(day, 1));
      expect(dayOf(new Date(end.getTime() - 1), timeZone)).toBe(day);
      expect(wallTime(end, timeZone) >= `${addDays(day, 1)}T00:00:00`).toBe(true);
    }),
    { numRuns: 300 },
  );
});
