/** Which backend may be started when. */
import { describe, expect, it } from 'vitest';
import type { Backend } from '../../../src/engine/backends/backend';
import { BackendsInUse } from '../../../src/engine/backends/in-use';
import type { BackendName } from '../../../src/protocol/run';

describe('backends in use', () => {
  it('start one after the other, also after one that does not', async () => {
    const events: string[] = [];
    const backend = (name: BackendName, turns: number, fails = false): Backend => ({
      name,
      available: () => Promise.resolve({ ok: true, reason: 'always' }),
      start: async () => {
        events.push(`${name} starts`);
        for (let i = 0; i < turns; i++) await new Promise(setImmediate);
        events.push(`${name} has started`);
        if (fails) throw new Error('it does not');
        return { version: '1' };
      },
    });
    const backends = new BackendsInUse([backend('webgpu', 5, true), backend('wasm', 3), backend('cpu', 0)]);
    const holder = Symbol('work');
    const all = [backends.use('webgpu'), backends.use('wasm'), backends.use('cpu', holder)];
    const ends = await Promise.allSettled(all);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(events).toEqual(['webgpu', 'wasm', 'cpu'].flatMap((name) => [`${name} starts`, `${name} has started`]));
    await expect(backends.use('wasm')).rejects.toMatchObject({ code: 'engine.backend-busy' });
    backends.release(holder);
    await backends.use('wasm');
  });
});
