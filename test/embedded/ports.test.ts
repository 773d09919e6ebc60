import { fixedPorts, PORT_NAMES } from '../../src/embedded/ports';

test('no two parts of the embedded stack use the same port', () => {
  expect(new Set(Object.values(fixedPorts())).size).toBe(PORT_NAMES.length);
});
