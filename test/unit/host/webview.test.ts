import { describe, expect, it, vi } from 'vitest';

vi.mock('vscode', async () => (await import('./vscode-double')).vscodeDouble);

import { toMessage, webviewChannel } from '../../../src/host/views/webview-channel';
import { webviewPage } from '../../../src/host/views/webview-html';
import { parseRunState } from '../../../src/host/views/view-state';

describe('messages to a webview', () => {
  it('turns a Node Buffer into a plain array of its own', () => {
    const { message } = toMessage({ bits: Buffer.from([1, 2, 3]) });
    const { bits } = message as { bits: Uint8Array };
    expect(Buffer.isBuffer(bits)).toBe(false);
    expect([...bits]).toEqual([1, 2, 3]);
    expect(bits.buffer.byteLength).toBe(3);
  });

  it('cuts a view out of the larger buffer it would carry along', () => {
    const whole = new Float64Array(1_000).fill(7);
    const { message, bytes } = toMessage([{ loss: whole.subarray(10, 12) }]);
    const [{ loss }] = message as [{ loss: Float64Array }];
    expect(loss).toBeInstanceOf(Float64Array);
    expect(loss.buffer.byteLength).toBe(16);
    expect(bytes).toBeLessThan(100);
  });

  it('does not copy an array that is whole', () => {
    const values = new Int8Array(64);
    expect((toMessage({ values }).message as { values: Int8Array }).values).toBe(values);
  });

  it('keeps everything else as it is', () => {
    const value = { a: null, b: [1, 'x', true, [undefined]], c: { d: -0.5 } };
    expect(toMessage(value).message).toEqual(value);
  });

  it('counts numbers and keys as the text they travel as', () => {
    const items = Array.from({ length: 2_000 }, (_, i) => ({
      validationAccuracy: 1 / (i + 3),
      values: [-1 / 3, 1e-300],
    }));
    expect(toMessage({ items }).bytes).toBe(JSON.stringify({ items }).length);
    expect(toMessage({ items, bits: new Uint8Array(1_000) }).bytes).toBeGreaterThan(
      JSON.stringify({ items }).length + 999,
    );
    expect(toMessage('σ€').bytes).toBe(7);
    expect(toMessage(undefined).bytes).toBe(0);
  });

  it('refuses numbers whose text is over 1 MiB though their binary form is not', () => {
    const postMessage = vi.fn(() => Promise.resolve(true));
    const channel = webviewChannel(
      { postMessage, onDidReceiveMessage: () => ({ dispose: () => undefined }) },
      () => undefined,
    );
    const values = Array.from({ length: 100_000 }, (_, i) => 1 / (i + 3));
    expect(() => channel.send({ values })).toThrow(/1048576/);
    expect(postMessage).not.toHaveBeenCalled();
  });

  it('refuses what is over 1 MiB and sends what is under', () => {
    const postMessage = vi.fn(() => Promise.resolve(true));
    const channel = webviewChannel(
      { postMessage, onDidReceiveMessage: () => ({ dispose: () => undefined }) },
      () => undefined,
    );
    expect(() => channel.send({ bits: new Uint8Array((1 << 20) + 1) })).toThrow(/1048576/);
    expect(postMessage).not.toHaveBeenCalled();
    channel.send({ bits: new Uint8Array(1 << 19) });
    expect(postMessage).toHaveBeenCalledTimes(1);
  });
});

describe('the page of a webview', () => {
  const state = { directory: '/runs/a"><script>alert(1)</script>&', tab: 'mask', layer: null, step: 0 } as const;
  const page = webviewPage({
    source: 'https://own.example',
    nonce: 'n0nce',
    script: 'https://own.example/webview.js',
    style: 'https://own.example/webview.css',
    title: 'a <b>',
    language: 'en',
    boot: { view: 'run', state },
  });
  const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? '';
  const directives = new Map(policy.split('; ').map((d) => [d.split(' ')[0], d.split(' ').slice(1)]));

  it('allows nothing but what is named', () => {
    expect(directives.get('default-src')).toEqual(["'none'"]);
    expect(directives.get('script-src')).toEqual(["'nonce-n0nce'"]);
    expect(policy).not.toMatch(/unsafe|\*|http:|connect-src/);
    expect([...directives.keys()].sort()).toEqual(['default-src', 'img-src', 'script-src', 'style-src']);
  });

  it('carries the first state, whatever is in it, without letting it out of its attribute', () => {
    const boot = /data-boot="([^"]*)"/.exec(page)?.[1] ?? '';
    const text = boot
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&');
    expect(JSON.parse(text)).toEqual({ view: 'run', state });
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).toContain('<title>a &lt;b&gt;</title>');
  });
});

describe('a state kept by another version', () => {
  it('comes back as it was', () => {
    const state = { directory: '/r', tab: 'spectrum', layer: 'fc1', step: 500 };
    expect(parseRunState(state)).toEqual(state);
  });

  it('gets defaults for what does not fit', () => {
    const kept = { directory: '/r', tab: 'roast', layer: 3, step: -1.5 };
    expect(parseRunState(kept)).toEqual({ directory: '/r', tab: 'mask', layer: null, step: null });
  });

  it.each([undefined, null, 'x', {}, { directory: '' }, { directory: 1 }])(
    'is refused without a run folder: %j',
    (kept) => {
      expect(parseRunState(kept)).toBeUndefined();
    },
  );
});
