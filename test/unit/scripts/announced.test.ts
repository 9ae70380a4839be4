import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { announced } from '../../../scripts/lib/process.mjs';

let said: string;
beforeEach(() => {
  said = '';
  vi.useFakeTimers();
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('work that may take minutes', () => {
  it('is announced, and told of while it goes on', async () => {
    let end: (answer: number) => void = () => undefined;
    const working = announced('fetching', () => new Promise<number>((resolve) => (end = resolve)));
    expect(said).toBe('  fetching\n');
    await vi.advanceTimersByTimeAsync(25_000);
    expect(said).toBe('  fetching\n  fetching: 10 s\n  fetching: 20 s\n');
    end(7);
    expect(await working).toBe(7);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(said).toMatch(/20 s\n$/);
  });

  it('is told of no more once it has failed', async () => {
    await expect(announced('fetching', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect(vi.getTimerCount()).toBe(0);
  });
});
