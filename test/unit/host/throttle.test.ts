import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Throttle } from '../../../src/host/throttle';

describe('Throttle', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('acts at once, then at most once per interval, and never loses the last request', async () => {
    const act = vi.fn();
    const throttle = new Throttle(act, () => undefined, 100);
    throttle.request();
    expect(act).toHaveBeenCalledTimes(1);
    for (let i = 0; i < 50; i++) throttle.request();
    await vi.advanceTimersByTimeAsync(99);
    expect(act).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(act).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(act).toHaveBeenCalledTimes(2);
  });

  it('does not start a second time while the first is at work', async () => {
    let finish = (): void => undefined;
    const act = vi.fn(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    const throttle = new Throttle(act, () => undefined, 100);
    throttle.request();
    throttle.request();
    await vi.advanceTimersByTimeAsync(500);
    expect(act).toHaveBeenCalledTimes(1);
    finish();
    await vi.advanceTimersByTimeAsync(0);
    expect(act).toHaveBeenCalledTimes(2);
  });

  it('reports a failure and goes on', async () => {
    const report = vi.fn();
    const act = vi.fn().mockRejectedValueOnce(new Error('once'));
    const throttle = new Throttle(act as () => Promise<void>, report, 100);
    throttle.request();
    await vi.advanceTimersByTimeAsync(100);
    throttle.request();
    expect(report).toHaveBeenCalledTimes(1);
    expect(act).toHaveBeenCalledTimes(2);
  });

  it('is silent after its end', async () => {
    const act = vi.fn();
    const throttle = new Throttle(act, () => undefined, 100);
    throttle.request();
    throttle.request();
    throttle.dispose();
    throttle.request();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(act).toHaveBeenCalledTimes(1);
  });
});
