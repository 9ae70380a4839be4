// Only the shape of a webview is used here, so that the copying rules are tested without an editor.
import type { Channel } from '../../protocol/rpc';
import { maxMessageBytes } from '../../protocol/views';
import type { Disposable } from '../emitter';
import { messageTooLarge } from '../errors';

interface WebviewLike {
  postMessage(message: unknown): PromiseLike<boolean>;
  onDidReceiveMessage(listener: (message: unknown) => void): Disposable;
}

type TypedArray = Uint8Array | Int8Array | Uint32Array | Float32Array | Float64Array;

/**
 * A copy that a webview receives as it was meant, and its size in bytes: everything but typed arrays travels as JSON.
 *
 * A Node `Buffer` would arrive as `{ type: 'Buffer', data: [...] }`, and a view of a larger buffer would carry the
 * whole buffer along: both become arrays of their own.
 */
export const toMessage = (value: unknown): { message: unknown; bytes: number } => {
  let binary = 0;
  const copy = (part: unknown): unknown => {
    if (ArrayBuffer.isView(part)) {
      binary += part.byteLength;
      if (Buffer.isBuffer(part)) return new Uint8Array(part);
      return part.byteLength === part.buffer.byteLength ? part : (part as TypedArray).slice();
    }
    if (Array.isArray(part)) return part.map(copy);
    if (typeof part === 'object' && part !== null)
      return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, copy(inner)]));
    return part;
  };
  const message = copy(value);
  const json = JSON.stringify(message, (_, part: unknown) => (ArrayBuffer.isView(part) ? null : part)) as
    string | undefined;
  return { message, bytes: binary + Buffer.byteLength(json ?? '') };
};

/** The webview as a channel. A message over 1 MiB is refused: the caller is told, nothing is sent. */
export const webviewChannel = (webview: WebviewLike, report: (error: unknown) => void): Channel => ({
  send: (value) => {
    const { message, bytes } = toMessage(value);
    if (bytes > maxMessageBytes) throw messageTooLarge(bytes, maxMessageBytes);
    webview.postMessage(message).then(undefined, report);
  },
  onMessage: (receive) => {
    const listening = webview.onDidReceiveMessage(receive);
    return () => listening.dispose();
  },
});
