import { describe, expect, it, vi } from 'vitest';
import type { CallContext, Channel, Progress } from '../../../src/protocol/rpc';
import { Peer, RpcCancelled, RpcError } from '../../../src/protocol/rpc';

/** Two ends in one process; messages are cloned, as on a wire, and arrive in a later turn. */
const pipe = (): [Channel, Channel] => {
  const receivers: ((message: unknown) => void)[][] = [[], []];
  const end = (own: 0 | 1): Channel => ({
    send: (message) => {
      const copy: unknown = structuredClone(message);
      setImmediate(() => receivers[1 - own].forEach((receive) => receive(copy)));
    },
    onMessage: (receive) => {
      receivers[own].push(receive);
      return () => receivers[own].splice(receivers[own].indexOf(receive), 1);
    },
  });
  return [end(0), end(1)];
};

interface Api {
  add(params: { a: number; b: number }, context: CallContext): Promise<number>;
  fail(params: { with: 'coded' | 'plain' }, context: CallContext): Promise<void>;
  wait(params: Record<string, never>, context: CallContext): Promise<string>;
  count(params: { to: number }, context: CallContext): Promise<number>;
  bytes(params: { n: number }, context: CallContext): Promise<Uint8Array>;
}
interface Events {
  said: { text: string };
  other: number;
}
type Nothing = object;

const aborted = vi.fn();
const api: Api = {
  add: ({ a, b }) => Promise.resolve(a + b),
  fail: (params) =>
    Promise.reject(params.with === 'coded' ? new RpcError('test.broken', 'It broke.') : new TypeError('secret path')),
  wait: (_, { signal }) =>
    new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => {
        aborted();
        reject(new RpcCancelled());
      }),
    ),
  count: ({ to }, context) => {
    for (let done = 1; done <= to; done++) context.progress({ done, total: to, message: 'counting' });
    return Promise.resolve(to);
  },
  bytes: ({ n }) => Promise.resolve(new Uint8Array(n).fill(7)),
};

const describeTest = (error: unknown): { code: string; message: string } =>
  error instanceof RpcError ? error : { code: 'test.internal', message: 'An error of the program.' };

const connect = () => {
  const [near, far] = pipe();
  const server = new Peer<Api, Nothing, Events, Nothing>(far, api, describeTest);
  const client = new Peer<Nothing, Api, Nothing, Events>(near, {}, describeTest);
  return { server, client, near, far };
};

describe('calls', () => {
  it('answer with the result, several at once', async () => {
    const { remote } = connect().client;
    expect(await Promise.all([remote.add({ a: 1, b: 2 }), remote.add({ a: 3, b: 4 })])).toEqual([3, 7]);
  });

  it('carry typed arrays', async () => {
    expect(await connect().client.remote.bytes({ n: 3 })).toEqual(Uint8Array.of(7, 7, 7));
  });

  it('fail with the code and sentence that were described, without the stack', async () => {
    const { remote } = connect().client;
    await expect(remote.fail({ with: 'coded' })).rejects.toMatchObject({ code: 'test.broken', message: 'It broke.' });
    const error = await remote.fail({ with: 'plain' }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toMatchObject({ code: 'test.internal', message: 'An error of the program.' });
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  it('go in both directions over one channel', async () => {
    const [a, b] = pipe();
    const left = new Peer<Api, Api, Nothing, Nothing>(a, api, describeTest);
    const right = new Peer<Api, Api, Nothing, Nothing>(b, api, describeTest);
    expect(await Promise.all([left.remote.add({ a: 1, b: 1 }), right.remote.add({ a: 2, b: 2 })])).toEqual([2, 4]);
  });

  it('are not mistaken for a promise', async () => {
    const { remote } = connect().client;
    expect(await Promise.resolve(remote)).toBe(remote);
  });
});

describe('progress', () => {
  it('arrives in order and before the result', async () => {
    const seen: Progress[] = [];
    await connect().client.remote.count({ to: 3 }, { onProgress: (value) => seen.push(value) });
    expect(seen.map(({ done }) => done)).toEqual([1, 2, 3]);
  });

  it('is no error when nobody listens', async () => {
    expect(await connect().client.remote.count({ to: 2 })).toBe(2);
  });
});

describe('cancel', () => {
  it('aborts the served method and ends as an outcome, not an error', async () => {
    aborted.mockClear();
    const controller = new AbortController();
    const call = connect().client.remote.wait({}, { signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toBeInstanceOf(RpcCancelled);
    expect(aborted).toHaveBeenCalledOnce();
  });

  it('before the call sends nothing', async () => {
    const { client, near } = connect();
    const send = vi.spyOn(near, 'send');
    await expect(client.remote.wait({}, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(RpcCancelled);
    expect(send).not.toHaveBeenCalled();
  });

  it('after the answer does nothing', async () => {
    const controller = new AbortController();
    const { client, near } = connect();
    await client.remote.add({ a: 1, b: 1 }, { signal: controller.signal });
    const send = vi.spyOn(near, 'send');
    controller.abort();
    expect(send).not.toHaveBeenCalled();
  });

  it('of one call leaves the others', async () => {
    const { remote } = connect().client;
    const controller = new AbortController();
    const doomed = remote.wait({}, { signal: controller.signal });
    const sum = remote.add({ a: 2, b: 3 });
    controller.abort();
    await expect(doomed).rejects.toBeInstanceOf(RpcCancelled);
    expect(await sum).toBe(5);
  });
});

describe('events', () => {
  it('reach those who listen, until they stop', async () => {
    const { server, client } = connect();
    const heard: string[] = [];
    const stop = client.on('said', ({ text }) => heard.push(text));
    server.emit('said', { text: 'one' });
    server.emit('other', 1);
    await client.remote.add({ a: 0, b: 0 });
    stop();
    server.emit('said', { text: 'two' });
    await client.remote.add({ a: 0, b: 0 });
    expect(heard).toEqual(['one']);
  });
});

describe('close', () => {
  it('fails what was asked and refuses what will be', async () => {
    const { client } = connect();
    const waiting = client.remote.wait({});
    const reason = new RpcError('test.gone', 'It is gone.');
    client.close(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(client.remote.add({ a: 1, b: 1 })).rejects.toBe(reason);
    client.close(new Error('again'));
    await expect(client.remote.add({ a: 1, b: 1 })).rejects.toBe(reason);
  });

  it('aborts what is being served and sends no more', async () => {
    aborted.mockClear();
    const { client, server, far } = connect();
    client.remote.wait({}).catch(() => undefined);
    await client.remote.add({ a: 1, b: 1 });
    const send = vi.spyOn(far, 'send');
    server.close(new Error('closed'));
    expect(aborted).toHaveBeenCalledOnce();
    server.emit('said', { text: 'late' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(send).not.toHaveBeenCalled();
  });
});

describe('hostile messages', () => {
  it.each(['nothing', 'constructor', 'toString', '__proto__', 'hasOwnProperty', ''])(
    'an unknown method %j is refused by name',
    async (method) => {
      const { remote } = connect().client;
      const call = (remote as unknown as Record<string, (params: unknown) => Promise<unknown>>)[method]({});
      await expect(call).rejects.toMatchObject({ code: 'rpc.unknown-method' });
    },
  );

  it.each([
    [null],
    [undefined],
    [0],
    ['call'],
    [[]],
    [{}],
    [{ kind: 7 }],
    [{ kind: 'no-such-kind' }],
    [{ kind: 'result', id: 999, value: 1 }],
    [{ kind: 'failed', id: 999, code: 'x', message: 'y' }],
    [{ kind: 'cancelled', id: 999 }],
    [{ kind: 'cancel', id: 999 }],
    [{ kind: 'progress', id: 999, value: null }],
    [{ kind: 'event', event: '__proto__', value: 1 }],
    [{ kind: 'event' }],
  ])('%j is ignored', async (message) => {
    const { client, near, far } = connect();
    near.send(message);
    far.send(message);
    expect(await client.remote.add({ a: 1, b: 2 })).toBe(3);
  });

  it('a call without an id or parameters ends in an answer, not a crash', async () => {
    const { client, near } = connect();
    near.send({ kind: 'call', method: 'add' });
    near.send({ kind: 'call', id: 5 });
    expect(await client.remote.add({ a: 1, b: 2 })).toBe(3);
  });
});
