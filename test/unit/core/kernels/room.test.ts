import { describe, expect, it } from 'vitest';
import { MemoryRoom, RentedRoom } from '../../../../src/core/kernels/room';

const memory = (initial: number, maximum: number): WebAssembly.Memory =>
  new WebAssembly.Memory({ initial, maximum, shared: true });

describe('the room of compiled kernels', () => {
  it('gives arrays that do not overlap, and the same place again once it is free', () => {
    const room = new MemoryRoom(memory(1, 4), 100);
    const a = room.float32(5);
    const b = room.int32(17);
    const c = room.float64(3);
    a.fill(1);
    b.fill(2);
    c.fill(3);
    expect([...a, ...b, ...c]).toEqual([...Array<number>(5).fill(1), ...Array<number>(17).fill(2), 3, 3, 3]);
    expect(a.byteOffset).toBeGreaterThanOrEqual(100);
    room.free(b);
    expect(room.uint32(20).byteOffset).toBe(b.byteOffset);
  });

  it('joins what is freed, in any order, and counts it', () => {
    const room = new MemoryRoom(memory(1, 1), 0);
    const arrays = Array.from({ length: 8 }, () => room.float32(1024));
    expect(room.used).toBe(8 * 4096);
    for (const i of [3, 1, 2, 0, 7, 5, 6, 4]) room.free(arrays[i]);
    expect([room.used, room.peak]).toEqual([0, 8 * 4096]);
    expect(room.float32(16384).byteOffset).toBe(0);
  });

  it('grows while the memory may, without moving what was given out', () => {
    const room = new MemoryRoom(memory(1, 3), 0);
    const a = room.float32(16000).fill(7);
    const b = room.float32(2 * 16384).fill(8);
    expect([a[15999], b[32767]]).toEqual([7, 8]);
    expect(() => room.float32(16384)).toThrow(/holds 0\.2 MiB and needs 0\.1 MiB more/);
  });

  it('takes back at once what was rented', () => {
    const room = new MemoryRoom(memory(1, 1), 0);
    const own = room.float32(16);
    const rented = new RentedRoom(room);
    const back = rented.int32(16);
    rented.float64(16);
    rented.free(back);
    expect(() => rented.uint32(1 << 20)).toThrow(/needs/);
    expect([rented.used, rented.peak]).toEqual([64 + 128, 64 + 128 + 64]);
    rented.freeAll();
    rented.freeAll();
    expect(room.used).toBe(64);
    room.free(own);
  });

  it('takes nothing back that it did not give', () => {
    expect(() => new MemoryRoom(memory(1, 1), 0).free(new Float32Array(2))).toThrow('No array begins at byte 0');
  });
});
