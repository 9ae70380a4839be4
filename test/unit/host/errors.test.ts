import { describe, expect, it, vi } from 'vitest';

vi.mock('vscode', async () => (await import('./vscode-double')).vscodeDouble);

import * as vscode from 'vscode';
import { SparseError } from '../../../src/core/errors';
import { configHasErrors, describeError, isCancel } from '../../../src/host/errors';
import { reporter } from '../../../src/host/log';
import { RpcCancelled, RpcError } from '../../../src/protocol/rpc';

const aborted = (): unknown => {
  const controller = new AbortController();
  controller.abort();
  return controller.signal.reason;
};

describe('errors as a person reads them', () => {
  it.each([
    [new SparseError('a.b', 'A sentence.'), 'a.b'],
    [new RpcError('c.d', 'A sentence.'), 'c.d'],
  ])('keeps the sentence that was made for people: %s', (error, code) => {
    expect(describeError(error)).toEqual({ code, message: 'A sentence.' });
  });

  it.each([new TypeError('x is not a function'), 'a string', undefined, null, { code: 1 }])(
    'does not show what was not: %s',
    (error) => {
      const { code, message } = describeError(error);
      expect(code).toBe('host.internal');
      expect(message).not.toContain('x is not');
    },
  );

  it('takes a cancel of any kind for an outcome', () => {
    for (const error of [new RpcCancelled(), new vscode.CancellationError(), aborted()])
      expect(isCancel(error)).toBe(true);
    expect(isCancel(new Error('cancelled'))).toBe(false);
  });

  it('says how many errors a config has and where the first is', () => {
    expect(configHasErrors('a.sparse.yaml', 1, 'unknown key.', 7).message).toBe(
      'a.sparse.yaml cannot run: line 7: unknown key.',
    );
    expect(configHasErrors('a.sparse.yaml', 3, 'unknown key.', 7).message).toMatch(/3 errors.*line 7/);
  });

  it('logs the stack of a fault of the program only, and no cancel', () => {
    const channel = { warn: vi.fn(), error: vi.fn() };
    const report = reporter(channel as unknown as vscode.LogOutputChannel);
    const fault = new TypeError('x');
    for (const error of [fault, new SparseError('a.b', 'A sentence.'), new RpcCancelled()]) report(error);
    expect(channel.error.mock.calls).toEqual([[fault]]);
    expect(channel.warn.mock.calls).toEqual([['a.b: A sentence.']]);
  });
});
